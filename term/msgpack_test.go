package term_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/term"
)

// common draws from what means the same to msgpack/v5: no types in interfaces,
// no omitempty, which there drops what is empty though not zero.
func common() typeGen {
	g := everything()
	g.contents = rapid.SampledFrom([]any{nil, true, "s", 1.5, float32(1.5), []byte{1}})
	g.leaves = g.leaves[:20:20] // but for fmt.Stringer and the types with names
	g.keys = []reflect.Type{
		reflect.TypeFor[string](), reflect.TypeFor[bool](), reflect.TypeFor[int8](), reflect.TypeFor[uint64](),
		reflect.TypeFor[[2]int8](), atomType,
	}
	g.tags = []string{"", "", `msgpack:"-"`, `msgpack:"renamed"`}
	return g
}

func TestEncode_IsReadByMsgpack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := common()
		typ := g.drawType(t, nesting)
		want := g.draw(t, typ, nesting)

		encoded, err := term.Encode(want.Interface())
		require.NoError(t, err)
		got := reflect.New(typ)
		require.NoError(t, msgpack.Unmarshal(encoded, got.Interface()), "%x", encoded)
		requireSameWhenSent(t, want, got.Elem())
	})
}

func TestDecode_ReadsWhatMsgpackWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := common()
		typ := g.drawType(t, nesting)
		want := g.draw(t, typ, nesting)

		var encoded bytes.Buffer
		e := msgpack.NewEncoder(&encoded)
		e.UseCompactInts(rapid.Bool().Draw(t, "compact"))
		require.NoError(t, e.EncodeValue(want.Addr()))
		got := reflect.New(typ)
		require.NoError(t, term.DecodeInto(encoded.Bytes(), got.Interface()), "%x", encoded.Bytes())
		requireSameWhenSent(t, want, got.Elem())
	})
}

// requireSameWhenSent compares what arrives for the two: msgpack/v5 decodes times
// in the local zone, and leaves out of a struct what is not sent.
func requireSameWhenSent(t require.TestingT, want, got reflect.Value) {
	wantSent, err := term.Isolate([]any{want.Interface()})
	require.NoError(t, err)
	gotSent, err := term.Isolate([]any{got.Interface()})
	require.NoError(t, err)
	requireSame(t, wantSent, gotSent)
}

type outer struct {
	inner
	*Base
	Last string `msgpack:"last"`
}

type inner struct {
	First  int
	Second []string `msgpack:"second"`
}

type Base struct{ ID int }

func TestEncode_InlinesEmbeddedStructsAsMsgpackDoes(t *testing.T) {
	want := outer{inner: inner{1, []string{"a"}}, Last: "z"}
	theirs, err := msgpack.Marshal(want)
	require.NoError(t, err)
	got, err := term.Decode[map[string]any](term.MustEncode(want))
	require.NoError(t, err)
	require.Equal(t, map[string]any{"First": 1, "second": []any{"a"}, "Base": nil, "last": "z"}, got)

	back, err := term.Decode[outer](theirs)
	require.NoError(t, err)
	require.Equal(t, want, back)
}

func TestCodes_AreThoseOfMsgpack(t *testing.T) {
	require.Equal(t, []byte{
		msgpcode.Nil, msgpcode.False, msgpcode.True, msgpcode.Bin8, msgpcode.Bin16, msgpcode.Bin32,
		msgpcode.Ext8, msgpcode.Ext16, msgpcode.Ext32, msgpcode.Float, msgpcode.Double,
		msgpcode.Uint8, msgpcode.Uint16, msgpcode.Uint32, msgpcode.Uint64,
		msgpcode.Int8, msgpcode.Int16, msgpcode.Int32, msgpcode.Int64,
		msgpcode.FixExt1, msgpcode.FixExt2, msgpcode.FixExt4, msgpcode.FixExt8, msgpcode.FixExt16,
		msgpcode.Str8, msgpcode.Str16, msgpcode.Str32, msgpcode.Array16, msgpcode.Array32,
		msgpcode.Map16, msgpcode.Map32, msgpcode.FixedMapLow, msgpcode.FixedArrayLow, msgpcode.FixedStrLow,
		msgpcode.NegFixedNumLow,
	}, term.Codes)
}
