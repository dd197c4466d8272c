package term_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/term"
)

func TestReader_ReadsWhatTheAppendFunctionsWrite(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	b := term.AppendNil(nil)
	b = term.AppendBool(b, true)
	b = term.AppendFloat32(b, 1.5)
	b = term.AppendFloat64(b, 2.5)
	for _, n := range []int{0, 31, 32, 255, 256, 65_535, 65_536} {
		b = term.AppendString(b, long[:n])
		b = term.AppendBytes(b, []byte(long[:n]))
		b = append(term.AppendExtHeader(b, 50, n), long[:n]...)
	}
	b = term.AppendBytes(b, nil)
	b = term.AppendTime(b, time.Unix(5, 6))
	b = term.AppendMapLen(b, 1)
	b = term.AppendArrayLen(b, 0)
	b = term.AppendNil(b)

	r := term.NewReader(b)
	require.Equal(t, term.KindNil, r.Kind())
	require.NoError(t, r.ReadNil())
	yes, err := r.ReadBool()
	require.NoError(t, err)
	require.True(t, yes)
	f32, err := r.ReadFloat32()
	require.NoError(t, err)
	require.EqualValues(t, 1.5, f32)
	f64, err := r.ReadFloat64()
	require.NoError(t, err)
	require.EqualValues(t, 2.5, f64)
	for _, n := range []int{0, 31, 32, 255, 256, 65_535, 65_536} {
		s, err := r.ReadString()
		require.NoError(t, err)
		require.Equal(t, long[:n], s)
		raw, err := r.ReadBytes()
		require.NoError(t, err)
		require.Equal(t, []byte(long[:n]), raw)
		size, err := r.ExpectExt(50)
		require.NoError(t, err)
		require.Equal(t, n, size)
		content, err := r.ReadN(size)
		require.NoError(t, err)
		require.Equal(t, long[:n], string(content))
	}
	none, err := r.ReadBytes()
	require.NoError(t, err)
	require.Nil(t, none)
	at, err := r.ReadTime()
	require.NoError(t, err)
	require.Equal(t, time.Unix(5, 6).UTC(), at)
	raw, err := r.ReadRaw()
	require.NoError(t, err)
	require.Equal(t, []byte{0x81, 0x90, 0xc0}, raw)
	require.Equal(t, term.KindInvalid, r.Kind())
	require.Zero(t, r.Len())
	require.Equal(t, len(b), r.Offset())
}

func TestReader_IntegersOfAnyWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n") >> rapid.IntRange(0, 63).Draw(t, "shift")
		got, err := term.NewReader(term.AppendInt(nil, n)).ReadInt()
		require.NoError(t, err)
		require.Equal(t, n, got)

		u := rapid.Uint64().Draw(t, "u") >> rapid.IntRange(0, 63).Draw(t, "shift")
		unsigned, err := term.NewReader(term.AppendUint(nil, u)).ReadUint()
		require.NoError(t, err)
		require.Equal(t, u, unsigned)
		_, err = term.NewReader(term.AppendUint(nil, u)).ReadInt()
		require.Equal(t, u > math.MaxInt64, errors.Is(err, term.ErrRange))
		_, err = term.NewReader(term.AppendInt(nil, n)).ReadUint()
		require.Equal(t, n < 0, errors.Is(err, term.ErrRange))
	})
}

func TestReader_EndsAreErrorsOfEveryMethod(t *testing.T) {
	for name, read := range map[string]func(*term.Reader) error{
		"ReadNil":       func(r *term.Reader) error { return r.ReadNil() },
		"ReadBool":      func(r *term.Reader) error { _, err := r.ReadBool(); return err },
		"ReadInt":       func(r *term.Reader) error { _, err := r.ReadInt(); return err },
		"ReadUint":      func(r *term.Reader) error { _, err := r.ReadUint(); return err },
		"ReadFloat32":   func(r *term.Reader) error { _, err := r.ReadFloat32(); return err },
		"ReadFloat64":   func(r *term.Reader) error { _, err := r.ReadFloat64(); return err },
		"ReadString":    func(r *term.Reader) error { _, err := r.ReadString(); return err },
		"ReadBytes":     func(r *term.Reader) error { _, err := r.ReadBytes(); return err },
		"ReadView":      func(r *term.Reader) error { _, err := r.ReadView(); return err },
		"ReadArrayLen":  func(r *term.Reader) error { _, err := r.ReadArrayLen(); return err },
		"ReadMapLen":    func(r *term.Reader) error { _, err := r.ReadMapLen(); return err },
		"ReadExtHeader": func(r *term.Reader) error { _, _, err := r.ReadExtHeader(); return err },
		"ReadTime":      func(r *term.Reader) error { _, err := r.ReadTime(); return err },
		"ReadN":         func(r *term.Reader) error { _, err := r.ReadN(1); return err },
		"ReadRaw":       func(r *term.Reader) error { _, err := r.ReadRaw(); return err },
		"ReadInto":      func(r *term.Reader) error { return r.ReadInto(new(any)) },
		"Skip":          func(r *term.Reader) error { return r.Skip() },
	} {
		var decodeErr *term.DecodeError
		require.ErrorAs(t, read(term.NewReader(nil)), &decodeErr, name)
		require.ErrorIs(t, read(new(term.Reader)), term.ErrTruncated, name)
		if name != "ReadN" {
			require.ErrorIs(t, read(term.NewReader([]byte{0xc1})), term.ErrInvalidByte, name)
		}
	}
	_, err := term.NewReader([]byte{1}).ReadN(-1)
	require.ErrorIs(t, err, term.ErrTruncated)
	_, err = term.NewReader([]byte{0xd4, 51, 0}).ExpectExt(50)
	require.ErrorContains(t, err, "extension 51 where extension 50 is asked for")
}

func TestReader_SkipPassesOverEveryShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := everything()
		v := g.draw(t, g.drawType(t, nesting), nesting).Interface()
		first := term.MustEncode(v)
		r := term.NewReader(append(first, 0xc3))
		require.NoError(t, r.Skip())
		require.Equal(t, len(first), r.Offset())
		for n := range first {
			require.ErrorIs(t, term.NewReader(first[:n]).Skip(), term.ErrTruncated)
		}
	})
}

func TestKind_HasAName(t *testing.T) {
	require.Equal(t, "a string", term.KindString.String())
	require.Equal(t, "nothing", term.KindInvalid.String())
	require.Equal(t, "an unknown kind", term.Kind(200).String())
}
