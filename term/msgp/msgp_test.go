package msgp_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/term"
	"github.com/starlang-go/starlang/term/msgp"
)

func TestRead_ReturnsWhatWasAppended(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-200, 300)).Draw(t, "int")
		u := rapid.Uint64().Draw(t, "uint")
		f := rapid.Float64().Draw(t, "float")
		s := strings.Repeat("x", rapid.SampledFrom([]int{0, 31, 32, 255, 256, 70_000}).Draw(t, "length"))
		code := rapid.Int8().Draw(t, "code")
		n := rapid.SampledFrom([]int{0, 1, 2, 3, 4, 8, 15, 16, 17, 300, 70_000}).Draw(t, "content")

		b := msgp.AppendBool(msgp.AppendNil(nil), true)
		b = msgp.AppendUint(msgp.AppendInt(b, i), u)
		b = msgp.AppendFloat64(msgp.AppendFloat32(b, float32(f)), f)
		b = msgp.AppendBytes(msgp.AppendString(b, s), []byte(s))
		b = append(msgp.AppendExtHeader(b, code, n), make([]byte, n)...)
		b = append(msgp.AppendArrayLen(b, n), make([]byte, n)...)
		b = append(msgp.AppendMapLen(b, n), make([]byte, 2*n)...)

		b, err := msgp.ReadNil(b)
		require.NoError(t, err)
		yes, b, err := msgp.ReadBool(b)
		require.True(t, yes)
		require.NoError(t, err)
		gotInt, b, err := msgp.ReadInt(b)
		require.Equal(t, i, gotInt)
		require.NoError(t, err)
		gotUint, b, err := msgp.ReadUint(b)
		require.Equal(t, u, gotUint)
		require.NoError(t, err)
		gotFloat, b, err := msgp.ReadFloat64(b)
		require.Equal(t, float64(float32(f)), gotFloat)
		require.NoError(t, err)
		gotFloat, b, err = msgp.ReadFloat64(b)
		require.Equal(t, f, gotFloat)
		require.NoError(t, err)
		for range 2 {
			var view []byte
			view, b, err = msgp.ReadView(b)
			require.Equal(t, s, string(view))
			require.NoError(t, err)
		}
		gotCode, content, b, err := msgp.ReadExt(b)
		require.NoError(t, err)
		require.Equal(t, code, gotCode)
		require.Len(t, content, n)
		gotLen, b, err := msgp.ReadArrayLen(b)
		require.NoError(t, err)
		require.Equal(t, n, gotLen)
		gotLen, b, err = msgp.ReadMapLen(b[n:])
		require.NoError(t, err)
		require.Equal(t, n, gotLen)
		require.Len(t, b, 2*n)
	})
}

func TestRead_Errors(t *testing.T) {
	_, _, err := msgp.ReadUint([]byte{0xff})
	require.ErrorIs(t, err, msgp.ErrRange)
	_, _, err = msgp.ReadInt(msgp.AppendUint(nil, math.MaxUint64))
	require.ErrorIs(t, err, msgp.ErrRange)
	_, _, err = msgp.ReadArrayLen([]byte{0xdd, 0xff, 0xff, 0xff, 0xff, 0})
	require.ErrorIs(t, err, msgp.ErrTruncated)
	_, _, err = msgp.ReadMapLen([]byte{0x90})
	require.ErrorIs(t, err, msgp.ErrMismatch)
	_, _, err = msgp.ReadBool([]byte{0xc1})
	require.ErrorIs(t, err, msgp.ErrInvalidByte)
	_, _, err = msgp.ReadView(nil)
	require.ErrorIs(t, err, msgp.ErrTruncated)
}

// hostile are the beginnings of what somebody writes who means harm.
var hostile = []string{
	"", "\xc0", "\xc1", "\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff\x00", "\xdb\xff\xff\xff\xff", "\xc6\xff\xff\xff\xffab",
	"\xc9\xff\xff\xff\xff\x01", "\xc7\x05", "\xd8\x01", "\xdc", "\xde\x00", "\x91\x91\x91\x91", "\x8f\x01", "\xd3\x80", "\xcf",
	"\xca\x00", "\x82\xa1a\x01\xa1a\x02", "\xd9\x20", strings.Repeat("\x91", 2000), strings.Repeat("\x81\x01", 2000),
}

// FuzzRead holds every function against package term's Reader, and all of them to
// the end of the bytes.
func FuzzRead(f *testing.F) {
	for _, seed := range hostile {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		same := func(what string, err, want error, rest []byte, r *term.Reader) {
			if (err == nil) != (want == nil) {
				t.Fatalf("%s of %x: %v, term says %v", what, b, err, want)
			}
			if err == nil && len(rest) != r.Len() {
				t.Fatalf("%s of %x: %d bytes left, term says %d", what, b, len(rest), r.Len())
			}
		}
		r := term.NewReader(b)
		u, rest, err := msgp.ReadUint(b)
		wantUint, want := r.ReadUint()
		same("ReadUint", err, want, rest, r)
		require.True(t, err != nil || u == wantUint)

		r = term.NewReader(b)
		i, rest, err := msgp.ReadInt(b)
		wantInt, want := r.ReadInt()
		same("ReadInt", err, want, rest, r)
		require.True(t, err != nil || i == wantInt)

		r = term.NewReader(b)
		view, rest, err := msgp.ReadView(b)
		wantView, want := r.ReadView()
		same("ReadView", err, want, rest, r)
		require.True(t, err != nil || string(view) == string(wantView))

		r = term.NewReader(b)
		n, rest, err := msgp.ReadArrayLen(b)
		wantLen, want := r.ReadArrayLen()
		same("ReadArrayLen", err, want, rest, r)
		require.True(t, err != nil || n == wantLen)

		r = term.NewReader(b)
		n, rest, err = msgp.ReadMapLen(b)
		wantLen, want = r.ReadMapLen()
		same("ReadMapLen", err, want, rest, r)
		require.True(t, err != nil || n == wantLen)

		code, content, rest, err := msgp.ReadExt(b)
		r = term.NewReader(b)
		wantCode, wantLen, want := r.ReadExtHeader()
		if want == nil {
			_, want = r.ReadN(wantLen)
		}
		same("ReadExt", err, want, rest, r)
		require.True(t, err != nil || code == wantCode && len(content) == wantLen)

		w := msgp.Walker{B: b, Depth: 1000, Elements: 1 << 20}
		if err := w.Value(); err == nil && (w.Pos <= 0 || w.Pos > len(b)) {
			t.Fatalf("a value of %d bytes in %d", w.Pos, len(b))
		}
		_, _, _ = msgp.ReadFloat64(b)
		_, _, _ = msgp.ReadBool(b)
		_, _ = msgp.ReadNil(b)
	})
}
