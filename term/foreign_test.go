package term_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/starlang-go/starlang/term"
)

type kilobyte [128]int64

// Types whose methods let msgpack/v5 decode into something large.
type (
	foreignRows     struct{ rows []kilobyte }
	foreignPointers struct{ rows []*kilobyte }
	foreignMap      struct{ rows map[int]kilobyte }
	foreignStructs  struct{ rows []struct{ A, B kilobyte } }
	foreignBytes    struct{ rows [][1024]byte }
	foreignNested   struct{ rows [][]kilobyte }
	foreignAny      struct{ rows any }
)

func (f *foreignRows) EncodeMsgpack(e *msgpack.Encoder) error    { return e.Encode(f.rows) }
func (f *foreignRows) DecodeMsgpack(d *msgpack.Decoder) error    { return d.Decode(&f.rows) }
func (f *foreignPointers) MarshalMsgpack() ([]byte, error)       { return msgpack.Marshal(f.rows) }
func (f *foreignPointers) UnmarshalMsgpack(b []byte) error       { return msgpack.Unmarshal(b, &f.rows) }
func (f *foreignMap) EncodeMsgpack(e *msgpack.Encoder) error     { return e.Encode(f.rows) }
func (f *foreignMap) DecodeMsgpack(d *msgpack.Decoder) error     { return d.Decode(&f.rows) }
func (f *foreignStructs) EncodeMsgpack(e *msgpack.Encoder) error { return e.Encode(f.rows) }
func (f *foreignStructs) DecodeMsgpack(d *msgpack.Decoder) error { return d.Decode(&f.rows) }
func (f *foreignBytes) EncodeMsgpack(e *msgpack.Encoder) error   { return e.Encode(f.rows) }
func (f *foreignBytes) DecodeMsgpack(d *msgpack.Decoder) error   { return d.Decode(&f.rows) }
func (f *foreignNested) EncodeMsgpack(e *msgpack.Encoder) error  { return e.Encode(f.rows) }
func (f *foreignNested) DecodeMsgpack(d *msgpack.Decoder) error  { return d.Decode(&f.rows) }
func (f *foreignAny) EncodeMsgpack(e *msgpack.Encoder) error     { return e.Encode(f.rows) }
func (f *foreignAny) DecodeMsgpack(d *msgpack.Decoder) (err error) {
	f.rows, err = d.DecodeInterface()
	return err
}

func TestLimits_HoldForWhatMsgpackDecodes(t *testing.T) {
	const limit = 8 << 20
	small := term.Limits{MaxMemory: limit}
	decoders := map[string]func([]byte) error{
		"rows":     func(b []byte) error { return small.DecodeInto(b, new(foreignRows)) },
		"pointers": func(b []byte) error { return small.DecodeInto(b, new(foreignPointers)) },
		"map":      func(b []byte) error { return small.DecodeInto(b, new(foreignMap)) },
		"structs":  func(b []byte) error { return small.DecodeInto(b, new(foreignStructs)) },
		"bytes":    func(b []byte) error { return small.DecodeInto(b, new(foreignBytes)) },
		"nested":   func(b []byte) error { return small.DecodeInto(b, new(foreignNested)) },
		"any":      func(b []byte) error { return small.DecodeInto(b, new(foreignAny)) },
		"inside":   func(b []byte) error { return small.DecodeInto(append([]byte{0x91}, b...), new([]foreignRows)) },
	}
	for _, n := range []int{1000, 4000, 100_000} {
		for element, hostile := range map[string][]byte{
			"nil": {0xc0}, "empty array": {0x90}, "empty map": {0x80}, "empty text": {0xa0}, "array of nil": {0x91, 0xc0}, "number": {1},
		} {
			list := term.AppendArrayLen(nil, n)
			mapping := term.AppendMapLen(nil, n)
			for i := range n {
				list = append(list, hostile...)
				mapping = append(term.AppendInt(mapping, int64(i)), hostile...)
			}
			for name, decode := range decoders {
				took := allocatedOnce(func() { _, _ = decode(list), decode(mapping) })
				require.Less(t, took, uint64(2*limit+limit/4), "%s of %d × %s", name, n, element)
			}
		}
	}
}

func TestLimits_LeaveRoomForWhatMsgpackDecodes(t *testing.T) {
	sent := &foreignRows{make([]kilobyte, 5000)} // 5 MiB
	got, err := term.Isolate(sent)
	require.NoError(t, err)
	require.Equal(t, sent, got)
	remote, err := term.Decode[foreignRows](term.MustEncode(sent))
	require.NoError(t, err)
	require.Equal(t, *sent, remote)
}
