package term_test

import (
	"fmt"
	"math"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

func TestStruct_FieldsTravelByName(t *testing.T) {
	type v1 struct {
		ID   int    `msgpack:"id"`
		Name string `msgpack:"name"`
		Gone []int
	}
	type v2 struct {
		Added *int
		Name  string `msgpack:"name"`
		ID    int64  `msgpack:"id"`
	}
	got, err := term.Decode[v2](term.MustEncode(v1{1, "a", []int{1, 2}}))
	require.NoError(t, err)
	require.Equal(t, v2{Name: "a", ID: 1}, got)
}

func TestStruct_KeysThatAreNoStringsAreSkipped(t *testing.T) {
	got, err := term.Decode[point](term.MustEncode(map[any]any{1: 2, "X": 3, nil: "a"}))
	require.NoError(t, err)
	require.Equal(t, point{X: 3}, got)
}

func TestStruct_OmitEmptyLeavesOutZeroAndLosesNothing(t *testing.T) {
	type fields struct {
		Int    int            `msgpack:",omitempty"`
		Float  float64        `msgpack:",omitempty"`
		Slice  []int          `msgpack:",omitempty"`
		Map    map[string]int `msgpack:",omitempty"`
		Array  [2]int         `msgpack:",omitempty"`
		Struct point          `msgpack:",omitempty"`
		Time   time.Time      `msgpack:",omitempty"`
		Any    any            `msgpack:",omitempty"`
		Self   version        `msgpack:",omitempty"`
		Text   string         `msgpack:",omitempty"`
	}
	require.Equal(t, []byte{0x80}, term.MustEncode(fields{}))
	for _, want := range []fields{
		{Slice: []int{}}, {Map: map[string]int{}}, {Float: math.Copysign(0, -1)}, {Any: 0}, {Array: [2]int{0, 1}},
		{Struct: point{Y: 1}}, {Time: time.Unix(0, 0).UTC()}, {Self: version{0, 1}},
	} {
		b := term.MustEncode(want)
		require.EqualValues(t, 0x81, b[0], "one field")
		got, err := term.Decode[fields](b)
		require.NoError(t, err)
		requireSame(t, want, got)
		require.Equal(t, math.Signbit(want.Float), math.Signbit(got.Float))
	}
}

func TestStruct_FieldsTaggedWithADashAreLeftBehindUnread(t *testing.T) {
	type counter struct {
		N    int
		mu   sync.Mutex `msgpack:"-"`
		Done chan bool  `msgpack:"-"`
	}
	sent := &counter{N: 5, Done: make(chan bool)}
	sent.mu.Lock() // a copy would copy the lock
	local, err := term.Isolate(sent)
	require.NoError(t, err)
	require.Equal(t, &counter{N: 5}, local)
	require.True(t, local.(*counter).mu.TryLock())
	require.Equal(t, term.MustEncode(map[string]int{"N": 5}), term.MustEncode(sent))

	nested, err := term.Isolate([]any{[1]struct{ Inner []counter }{{[]counter{{N: 1, Done: sent.Done}}}}})
	require.NoError(t, err)
	require.Nil(t, nested.([]any)[0].([1]struct{ Inner []counter })[0].Inner[0].Done)
}

func TestStruct_UnexportedFieldsAreRefused(t *testing.T) {
	type secret struct {
		Name string
		pin  int
	}
	for _, err := range []error{
		encodeErr(secret{pin: 1}), isolateErr(secret{}), isolateErr([]any{1, &secret{}}), decodeErrOf(&secret{}),
		isolateErr((*secret)(nil)), isolateErr(map[string][]secret{}), isolateErr(errorsNew("x")),
	} {
		require.ErrorIs(t, err, term.ErrUnsendable)
	}
	require.EqualError(t, isolateErr(struct{ Inner []secret }{}),
		"term: cannot send struct { Inner []term_test.secret }: field Inner[].pin: term_test.secret cannot be sent with an unexported field: "+
			"export it, tag it `msgpack:\"-\"` to leave it behind, or let term_test.secret implement term.Appender and term.Parser; "+
			"for another package's type there are term.RegisterCodec, and term.Share for a value that never changes")
}

func TestStruct_TwoFieldsOfOneNameAreRefused(t *testing.T) {
	type twice struct {
		A int `msgpack:"x"`
		B int `msgpack:"x"`
	}
	require.ErrorContains(t, encodeErr(twice{}), `field B: term_test.twice cannot be sent: A travels as "x" too`)
	type shadowed struct {
		inner
		First string
	}
	require.ErrorIs(t, encodeErr(shadowed{}), term.ErrUnsendable)
	type named struct {
		Inner inner `msgpack:",noinline"`
		First string
	}
	require.NoError(t, encodeErr(named{}))
}

func TestStruct_BlankFieldsAreNothing(t *testing.T) {
	type unkeyed struct {
		_ struct{}
		A int
		_ [0]func()
	}
	sent := unkeyed{A: 1}
	require.Equal(t, []byte{0x81, 0xa1, 'A', 1}, term.MustEncode(sent))
	local, err := term.Isolate(sent)
	require.NoError(t, err)
	require.Equal(t, sent, local)
}

func TestStruct_ManyFieldsAndDuplicates(t *testing.T) {
	var fields []reflect.StructField
	for i := range 200 {
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: reflect.TypeFor[int]()})
	}
	want := reflect.New(reflect.StructOf(fields))
	all := map[string]int{}
	for i := range 200 {
		want.Elem().Field(i).SetInt(int64(i))
		all[fields[i].Name] = i
	}
	for _, encoded := range [][]byte{term.MustEncode(want.Interface()), term.MustEncode(all)} {
		got := reflect.New(want.Type().Elem())
		require.NoError(t, term.DecodeInto(encoded, got.Interface()))
		require.Equal(t, want.Interface(), got.Interface())
	}
	for _, name := range []string{"F0", "F63", "F64", "F199"} {
		twice := term.AppendMapLen(nil, 2)
		for range 2 {
			twice = term.AppendInt(term.AppendString(twice, name), 1)
		}
		err := term.DecodeInto(twice, reflect.New(want.Type().Elem()).Interface())
		require.ErrorIs(t, err, term.ErrDuplicateKey)
		require.ErrorContains(t, err, "field "+name)
	}
}

func encodeErr(v any) error {
	_, err := term.Encode(v)
	return err
}

func isolateErr(v any) error {
	_, err := term.Isolate(v)
	return err
}

func decodeErrOf(dst any) error { return term.DecodeInto([]byte{0x80}, dst) }

// errorsNew returns an error of a type that nobody can send.
func errorsNew(text string) any { return fmt.Errorf("%s", text) }
