package term_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/starlang-go/starlang/term"
)

// custom has msgpack/v5's own pair of methods.
type custom struct{ hidden string }

func (c custom) EncodeMsgpack(e *msgpack.Encoder) error { return e.EncodeString(c.hidden) }
func (c *custom) DecodeMsgpack(d *msgpack.Decoder) (err error) {
	c.hidden, err = d.DecodeString()
	return err
}

// marshaled has msgpack/v5's other pair, on the pointer alone.
type marshaled struct{ hidden map[string]int }

func (m *marshaled) MarshalMsgpack() ([]byte, error) { return msgpack.Marshal(m.hidden) }
func (m *marshaled) UnmarshalMsgpack(b []byte) error { return msgpack.Unmarshal(b, &m.hidden) }

// binaryForm has package encoding's pair.
type binaryForm struct{ hidden uint32 }

func (b binaryForm) MarshalBinary() ([]byte, error) {
	return binary.BigEndian.AppendUint32(nil, b.hidden), nil
}

func (b *binaryForm) UnmarshalBinary(data []byte) error {
	if len(data) != 4 {
		return errors.New("want 4 bytes")
	}
	b.hidden = binary.BigEndian.Uint32(data)
	return nil
}

func TestSelfEncoding_TypesTravelInTheirOwnForm(t *testing.T) {
	homepage, err := url.Parse("https://example.org/a?b=c")
	require.NoError(t, err)
	type all struct {
		Custom    custom
		Pointer   *custom
		Nil       *custom
		Marshaled marshaled
		Binary    []binaryForm
		ByKey     map[binaryForm]version
		Address   netip.Addr
		URL       *url.URL
		Big       *big.Int
		Level     slog.Level
		Version   *version
		Embedded  struct{ time.Time }
	}
	sent := all{
		custom{"a"}, &custom{"b"}, nil, marshaled{map[string]int{"c": 1}}, []binaryForm{{1}, {2}},
		map[binaryForm]version{{3}: {1, 2}}, netip.MustParseAddr("::1"), homepage, big.NewInt(1 << 60), slog.LevelWarn,
		&version{3, 4}, struct{ time.Time }{time.Unix(1, 0).UTC()},
	}
	local, err := term.Isolate(sent)
	require.NoError(t, err)
	require.Equal(t, sent, local)
	requireNothingShared(t, sent.Pointer, local.(all).Pointer)
	requireNothingShared(t, sent.Marshaled, local.(all).Marshaled)
	requireNothingShared(t, sent.Big, local.(all).Big)

	encoded, err := term.Encode(sent)
	require.NoError(t, err)
	remote, err := term.Decode[all](encoded)
	require.NoError(t, err)
	require.Equal(t, local, remote)

	theirs, err := msgpack.Marshal(custom{"a"})
	require.NoError(t, err)
	require.Equal(t, theirs, term.MustEncode(custom{"a"}), "as msgpack/v5 writes it")
}

// container is a type with a form of its own that has other values inside.
type container struct{ items []any }

func (c container) AppendTerm(dst []byte) ([]byte, error) { return term.AppendEncode(dst, c.items) }
func (c *container) ParseTerm(r *term.Reader) error       { return r.ReadInto(&c.items) }

func TestSelfEncoding_FormsMayHaveOtherValuesInside(t *testing.T) {
	sent := []container{{[]any{1, int8(2), []any{point{1, 2}}}}, {[]any{}}}
	local, err := term.Isolate(sent)
	require.NoError(t, err)
	require.Equal(t, sent, local)
	remote, err := term.Decode[[]container](term.MustEncode(sent))
	require.NoError(t, err)
	require.Equal(t, sent, remote)
	_, err = term.Encode(container{[]any{make(chan int)}})
	require.ErrorIs(t, err, term.ErrUnsendable)
	require.NoError(t, decodeErr[container]([]any{map[string]any{"a": 1}, term.Ext{Code: 99}}))
	_, err = term.Decode[[]container]([]byte{0x91, 0x92, 1, 0xc1})
	require.ErrorIs(t, err, term.ErrInvalidByte)
}

// odd misbehaves as told.
type odd struct{ Writes, Reads string }

var errOdd = errors.New("does not want to")

func (o odd) AppendTerm(dst []byte) ([]byte, error) {
	if o.Writes == "error" {
		return dst, errOdd
	}
	return append(dst, o.Writes...), nil
}

func (o *odd) ParseTerm(r *term.Reader) error {
	for {
		switch kind := r.Kind(); kind {
		case term.KindString:
			_, err := r.ReadString()
			return err
		case term.KindArray:
			if _, err := r.ReadArrayLen(); err != nil {
				return err
			}
		case term.KindBool:
			return errOdd
		default:
			_, err := r.ReadBool()
			return err
		}
	}
}

func TestSelfEncoding_ATypeCannotSpoilTheFormOfOthers(t *testing.T) {
	for writes, want := range map[string]string{
		"":         "AppendTerm of term_test.odd wrote something else than one MessagePack value",
		"\x01\x02": "wrote something else than one MessagePack value",
		"\x92\x01": "wrote something else than one MessagePack value",
		"\xc1":     "wrote something else than one MessagePack value",
		"\xc0":     "wrote nil, which stands for a nil pointer",
		"error":    "does not want to",
	} {
		_, err := term.Encode([]odd{{Writes: writes}})
		require.ErrorContains(t, err, "term: cannot send []term_test.odd: element [0]: ")
		require.ErrorContains(t, err, want)
		_, err = term.Isolate([]odd{{Writes: writes}})
		require.ErrorContains(t, err, want)
	}
}

func TestSelfEncoding_AParserSeesItsOwnValueOnly(t *testing.T) {
	type pair struct{ A, B odd }
	frame := func(a string) []byte { return []byte("\x82\xa1A" + a + "\xa1B\xa1b") }
	_, err := term.Decode[pair](frame("\xa1a"))
	require.NoError(t, err)
	for a, want := range map[string]error{
		"\x92\xa1a\x01": term.ErrTrailingBytes, // it leaves the 1
		"\x90":          term.ErrTruncated,     // it wants more
		"\xc3":          errOdd,
		"\x01":          term.ErrMismatch,
	} {
		_, err := term.Decode[pair](frame(a))
		require.ErrorIs(t, err, want)
		require.ErrorContains(t, err, "field A at byte ")
		var decodeErr *term.DecodeError
		require.ErrorAs(t, err, &decodeErr)
	}
}

type (
	onlyAppends  struct{}
	onlyParses   struct{}
	onlyEncodes  struct{}
	onlyText     struct{ Name string }
	halfMarshals struct{}
)

func (onlyAppends) AppendTerm(dst []byte) ([]byte, error)  { return term.AppendBool(dst, true), nil }
func (*onlyParses) ParseTerm(r *term.Reader) error         { return r.Skip() }
func (onlyEncodes) EncodeMsgpack(e *msgpack.Encoder) error { return e.EncodeBool(true) }
func (onlyText) MarshalText() ([]byte, error)              { return []byte("text"), nil }
func (*halfMarshals) UnmarshalMsgpack([]byte) error        { return nil }

func TestSelfEncoding_HalfAFormIsRefused(t *testing.T) {
	for v, want := range map[any]string{
		onlyAppends{}:  "it implements term.Appender but not term.Parser",
		onlyParses{}:   "it implements term.Parser but not term.Appender",
		onlyEncodes{}:  "it implements msgpack.CustomEncoder but not msgpack.CustomDecoder",
		halfMarshals{}: "it implements msgpack.Unmarshaler but not msgpack.Marshaler",
	} {
		require.ErrorIs(t, encodeErr(v), term.ErrUnsendable)
		require.ErrorContains(t, encodeErr(v), want)
	}
	require.Equal(t, term.MustEncode(map[string]string{"Name": "a"}), term.MustEncode(onlyText{"a"}), "the log may want it")
}

func TestSelfEncoding_TheDecodingMethodMustReadAll(t *testing.T) {
	_, err := term.Decode[lazy]([]byte{0x92, 1, 2})
	require.ErrorIs(t, err, term.ErrTrailingBytes)
	_, err = term.Decode[binaryForm](term.MustEncode("abc"))
	require.ErrorContains(t, err, "term: cannot decode term_test.binaryForm at byte 0: want 4 bytes")
}

// lazy reads the header of an array and no more.
type lazy struct{}

func (lazy) EncodeMsgpack(e *msgpack.Encoder) error { return e.EncodeArrayLen(0) }
func (*lazy) DecodeMsgpack(d *msgpack.Decoder) error {
	_, err := d.DecodeArrayLen()
	return err
}

// shared returns the same error value each time, as a program may.
type shared struct{}

var errShared = &term.DecodeError{Err: fmt.Errorf("shared: %w", errOdd)}

func (shared) AppendTerm(dst []byte) ([]byte, error) { return term.AppendBool(dst, true), nil }
func (*shared) ParseTerm(*term.Reader) error         { return errShared }

func TestSelfEncoding_TheErrorOfAParserIsNotChanged(t *testing.T) {
	_, err := term.Decode[[]shared]([]byte{0x91, 0xc3})
	require.ErrorIs(t, err, errOdd)
	require.ErrorContains(t, err, "element [0]")
	require.Empty(t, errShared.Path)
}
