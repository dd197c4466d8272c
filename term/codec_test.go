package term_test

import (
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

func TestEncode_RoundTrips(t *testing.T) {
	for _, want := range []any{
		true, 0, -1, math.MinInt, int8(-128), int16(-32768), int32(math.MinInt32), uint64(math.MaxUint64), uint8(255),
		float32(1.5), math.Inf(-1), "", "text", []byte{}, []byte{1, 2}, [2]string{"a", "b"}, [3]byte{1, 2, 3},
		[]int{1, 2}, map[int8]string{1: "a"}, struct{ A, B int }{1, 2}, struct{}{}, time.Unix(5, 6).UTC(),
		term.MustAtom("ok"), version{1, 2}, tree{Value: 1, Children: []tree{{Value: 2}}},
	} {
		b, err := term.Encode(want)
		require.NoError(t, err)
		got := reflect.New(reflect.TypeOf(want))
		require.NoError(t, term.DecodeInto(b, got.Interface()))
		requireSame(t, want, got.Elem().Interface())
	}
}

func TestEncode_PointerIsItsPointee(t *testing.T) {
	require.Equal(t, term.MustEncode(5), term.MustEncode(ptr(5)))
	require.Equal(t, []byte{0xc0}, term.MustEncode((*int)(nil)))
	require.Equal(t, []byte{0xc0}, term.MustEncode(nil))
	got, err := term.Decode[*int](term.MustEncode(5))
	require.NoError(t, err)
	require.Equal(t, 5, *got)
}

func TestAppendEncode_LeavesDstAsItWasAfterAnError(t *testing.T) {
	dst := []byte("before")
	got, err := term.AppendEncode(dst, []any{1, make(chan int)})
	require.ErrorIs(t, err, term.ErrUnsendable)
	require.Equal(t, "before", string(got))
}

func TestMustEncode_PanicsWithTheError(t *testing.T) {
	defer func() {
		var encodeErr *term.EncodeError
		require.ErrorAs(t, recover().(error), &encodeErr)
	}()
	term.MustEncode(make(chan int))
}

func TestDecode_AnyYieldsNaturalTypes(t *testing.T) {
	for name, test := range map[string]struct {
		encoded []byte
		want    any
	}{
		"nil":                  {[]byte{0xc0}, nil},
		"fixed int":            {[]byte{0x05}, 5},
		"int of 64 bits":       {[]byte{0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}, -2},
		"unsigned that fits":   {[]byte{0xcf, 0, 0, 0, 0, 0, 0, 0, 1}, 1},
		"unsigned that doesnt": {[]byte{0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, uint64(math.MaxUint64)},
		"float of 32 bits":     {[]byte{0xca, 0x3f, 0xc0, 0, 0}, float32(1.5)},
		"float of 64 bits":     {[]byte{0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0}, 1.5},
		"string":               {[]byte{0xa1, 'a'}, "a"},
		"bytes":                {[]byte{0xc4, 1, 'a'}, []byte("a")},
		"array":                {[]byte{0x92, 1, 0xa1, 'a'}, []any{1, "a"}},
		"empty array":          {[]byte{0x90}, []any{}},
		"map from strings":     {[]byte{0x81, 0xa1, 'a', 1}, map[string]any{"a": 1}},
		"empty map":            {[]byte{0x80}, map[string]any{}},
		"map from others":      {[]byte{0x82, 0xa1, 'a', 1, 2, 3}, map[any]any{"a": 1, 2: 3}},
		"timestamp":            {[]byte{0xd6, 0xff, 0, 0, 0, 5}, time.Unix(5, 0).UTC()},
		"atom":                 {[]byte{0xc7, 2, 2, 'o', 'k'}, term.MustAtom("ok")},
		"registered type":      {[]byte("\x92\xc7\x0c\x01test.celsius\x15"), celsius(21)},
		"unknown type":         {[]byte("\x92\xc7\x0c\x01test.unknown\x05"), mustRaw("test.unknown", 5)},
		"unknown extension":    {[]byte{0xd5, 99, 1, 2}, term.Ext{Code: 99, Data: "\x01\x02"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := term.Decode[any](test.encoded)
			require.NoError(t, err)
			requireSame(t, test.want, got)
		})
	}
}

func TestDecode_ConvertsWhatFitsExactly(t *testing.T) {
	f32, err := term.Decode[float32](term.MustEncode(1.5))
	require.NoError(t, err)
	require.EqualValues(t, 1.5, f32)
	f64, err := term.Decode[float64](term.MustEncode(float32(0.1)))
	require.NoError(t, err)
	require.EqualValues(t, float32(0.1), f64)
	f64, err = term.Decode[float64](term.MustEncode(-7))
	require.NoError(t, err)
	require.EqualValues(t, -7, f64)
	s, err := term.Decode[string](term.MustEncode([]byte("a")))
	require.NoError(t, err)
	require.Equal(t, "a", s)
	b, err := term.Decode[[]byte](term.MustEncode("a"))
	require.NoError(t, err)
	require.Equal(t, []byte("a"), b)
	nan, err := term.Decode[float32](term.MustEncode(math.NaN()))
	require.NoError(t, err)
	require.True(t, nan != nan)
}

func TestDecode_NilIsTheZeroValueOfAnyType(t *testing.T) {
	for _, typ := range append(everything().leaves, reflect.TypeFor[[]int](), reflect.TypeFor[map[string]int](),
		reflect.TypeFor[map[int]int](), reflect.TypeFor[[2]int](), reflect.TypeFor[**int]()) {
		v := reflect.New(typ)
		require.NoError(t, term.DecodeInto([]byte{0xc0}, v.Interface()), typ)
		require.True(t, v.Elem().IsZero(), typ)
	}
}

func TestDecode_NumbersThatDoNotFitAreErrors(t *testing.T) {
	for name, err := range map[string]error{
		"int8":            decodeErr[int8](128),
		"uint8":           decodeErr[uint8](256),
		"negative uint":   decodeErr[uint](-1),
		"negative uint8":  decodeErr[uint8](int8(-1)),
		"int64":           decodeErr[int64](uint64(math.MaxUint64)),
		"int as float64":  decodeErr[float64](int64(1<<53 + 1)),
		"maxint as float": decodeErr[float64](int64(math.MaxInt64)),
		"int as float32":  decodeErr[float32](1<<24 + 1),
		"float as int":    decodeErr[int](1.0),
		"float32":         decodeErr[float32](0.1),
	} {
		if name == "float as int" {
			require.ErrorIs(t, err, term.ErrMismatch, name)
			continue
		}
		require.ErrorIs(t, err, term.ErrRange, name)
	}
}

func TestDecode_OtherKindsAreErrors(t *testing.T) {
	require.EqualError(t, decodeErr[int]("a"), "term: cannot decode int at byte 0: wrong kind of value: a string where an integer is asked for")
	for _, err := range []error{
		decodeErr[string](1), decodeErr[bool](1), decodeErr[[]int]("a"), decodeErr[[2]int]([]int{1}), decodeErr[[2]byte]("a"),
		decodeErr[map[string]int]([]int{1}), decodeErr[point](5), decodeErr[time.Time](5), decodeErr[version](5),
		decodeErr[term.Atom]("a"), decodeErr[error](5), decodeErr[map[any]any](map[string]int{"": 1})} {
		if err != nil { // the last one is none
			require.ErrorIs(t, err, term.ErrMismatch)
		}
	}
}

func TestDecodeError_NamesTypeFieldAndOffset(t *testing.T) {
	type job struct {
		Name  string
		Steps []map[string]struct{ Count uint8 }
	}
	b := term.MustEncode(map[string]any{"Name": "a", "Steps": []any{map[string]any{"x": map[string]any{"Count": 300}}}})
	_, err := term.Decode[job](b)
	var decodeErr *term.DecodeError
	require.ErrorAs(t, err, &decodeErr)
	require.Equal(t, reflect.TypeFor[job](), decodeErr.Type)
	require.Equal(t, `.Steps[0]["x"].Count`, decodeErr.Path)
	require.EqualValues(t, 0xcd, b[decodeErr.Offset])
	require.ErrorContains(t, err, `term: cannot decode term_test.job: field Steps[0]["x"].Count at byte`)
	require.ErrorContains(t, err, "out of range: 300 does not fit uint8")
}

func TestEncodeError_NamesTypeAndField(t *testing.T) {
	_, err := term.Encode(struct{ Jobs []any }{[]any{1, map[string]any{"done": make(chan int)}}})
	var encodeErr *term.EncodeError
	require.ErrorAs(t, err, &encodeErr)
	require.Equal(t, `.Jobs[1]["done"]`, encodeErr.Path)
	require.ErrorIs(t, err, term.ErrUnsendable)
	require.ErrorContains(t, err, `term: cannot send struct { Jobs []interface {} }: field Jobs[1]["done"]: chan int cannot be sent: a channel`)
}

func TestDecodeInto_ReplacesAllOfTheOldValue(t *testing.T) {
	v := point{X: 1, Y: 2}
	require.NoError(t, term.DecodeInto(term.MustEncode(map[string]int{"X": 5}), &v))
	require.Equal(t, point{X: 5}, v)
	require.Error(t, term.DecodeInto(term.MustEncode(map[string]any{"X": 6, "Y": "no"}), &v))
	require.Zero(t, v)

	m := map[string]int{"old": 1}
	require.NoError(t, term.DecodeInto(term.MustEncode(map[string]int{"new": 2}), &m))
	require.Equal(t, map[string]int{"new": 2}, m)
}

func TestDecodeInto_NeedsAPointer(t *testing.T) {
	for _, dst := range []any{nil, 5, (*int)(nil), map[string]int{}} {
		var decodeErr *term.DecodeError
		require.ErrorAs(t, term.DecodeInto([]byte{1}, dst), &decodeErr)
	}
}

func TestDecode_ResultSharesNothingWithTheBytes(t *testing.T) {
	b := term.MustEncode([]any{"text", []byte("bytes"), mustRaw("test.unknown", "body"), term.Ext{Code: 99, Data: "data"}})
	got, err := term.Decode[any](b)
	require.NoError(t, err)
	want, err := term.Decode[any](append([]byte(nil), b...))
	require.NoError(t, err)
	clear(b)
	require.Equal(t, want, got)
}

// decodeErr returns the error of decoding as a T what v encodes to.
func decodeErr[T any](v any) error {
	got, err := term.Decode[T](term.MustEncode(v))
	var decodeErr *term.DecodeError
	if err != nil && (!errors.As(err, &decodeErr) || !reflect.ValueOf(&got).Elem().IsZero()) {
		panic("no DecodeError, or half a value")
	}
	return err
}
