package term_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

// seeds are encodings of all shapes. Hostile ones are in testdata/fuzz.
func seeds(f *testing.F) {
	for _, v := range exact {
		b, err := term.AppendMessage(nil, v)
		require.NoError(f, err)
		f.Add(b)
	}
}

func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := term.Decode[any](b)
		if err != nil {
			requireDecodeError(t, err, b)
			return
		}
		again, err := term.Decode[any](term.MustEncode([]any{v}))
		require.NoError(t, err)
		requireSameUnlessNaN(t, []any{v}, again)
	})
}

func FuzzDecodeMessage(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := term.DecodeMessage(b)
		if err != nil {
			requireDecodeError(t, err, b)
			return
		}
		local, err := term.Isolate(v)
		require.NoError(t, err)
		requireSameUnlessNaN(t, v, local)
		encoded, err := term.AppendMessage(nil, v)
		require.NoError(t, err)
		remote, err := term.DecodeMessage(encoded)
		require.NoError(t, err)
		requireSameUnlessNaN(t, v, remote)
	})
}

// everyShape has fields of all kinds, for FuzzRoundTrip to decode into.
type everyShape struct {
	Bool    bool
	Int     int8
	Uint    uint32
	Float32 float32
	Float64 float64
	Text    string
	Bytes   []byte
	Fixed   [4]byte
	Pair    [2]int
	List    []everyShape
	Map     map[string]int
	ByInt   map[int16]*everyShape
	Any     any
	Error   interface{ String() string }
	Raw     term.Raw
	Ext     term.Ext
	Atom    term.Atom
	Version version
	Custom  *custom
	Omitted tree `msgpack:",omitempty"`
}

func FuzzRoundTrip(f *testing.F) {
	f.Add(term.MustEncode(everyShape{}))
	f.Add(term.MustEncode(everyShape{
		List: []everyShape{{Any: point{1, 2}}}, Map: map[string]int{"a": 1}, ByInt: map[int16]*everyShape{1: nil},
		Error: celsius(1), Raw: mustRaw("x", 1), Custom: &custom{"a"}, Omitted: tree{Left: &tree{}},
	}))
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := term.Decode[everyShape](b)
		if err != nil {
			requireDecodeError(t, err, b)
			require.Zero(t, v)
			return
		}
		again, err := term.Decode[everyShape](term.MustEncode(v))
		require.NoError(t, err)
		requireSameUnlessNaN(t, v, again)
		local, err := term.Isolate(v)
		require.NoError(t, err)
		requireSameUnlessNaN(t, v, local)
	})
}

func requireDecodeError(t *testing.T, err error, b []byte) {
	t.Helper()
	var decodeErr *term.DecodeError
	require.True(t, errors.As(err, &decodeErr), "%T", err)
	require.GreaterOrEqual(t, decodeErr.Offset, 0)
	require.LessOrEqual(t, decodeErr.Offset, len(b))
	require.NotEmpty(t, err.Error())
}

// requireSameUnlessNaN is requireSame for values without NaN, which is not equal
// to itself: with one in them, nothing can be said.
func requireSameUnlessNaN(t *testing.T, want, got any) {
	t.Helper()
	if !hasNaN(reflect.ValueOf(want)) {
		requireSame(t, want, got)
	}
}

func hasNaN(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return math.IsNaN(v.Float())
	case reflect.Interface, reflect.Pointer:
		return !v.IsNil() && hasNaN(v.Elem())
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if hasNaN(v.Index(i)) {
				return true
			}
		}
	case reflect.Map:
		for i := v.MapRange(); i.Next(); {
			if hasNaN(i.Key()) || hasNaN(i.Value()) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if hasNaN(v.Field(i)) {
				return true
			}
		}
	}
	return false
}
