package term_test

import (
	"errors"
	"io"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

// exact are values of all the types that have a wire form of their own.
var exact = []any{
	nil, true, false, 0, math.MaxInt, math.MinInt, int8(-1), int16(-1), int32(-1), int64(-1), uint(1), uint8(1), uint16(1),
	uint32(1), uint64(math.MaxUint64), float32(1.5), 1.5, "", "text", []byte{}, []byte{1}, time.Second, time.Unix(1, 5).UTC(),
	term.MustAtom(""), term.MustAtom("ok"), []any{}, []any{1, int8(2), nil}, map[string]any{}, map[string]any{"a": uint(1)},
	map[any]any{}, map[any]any{"a": 1}, map[any]any{int8(1): nil, nil: 1}, []bool{true}, []int{1}, []int32{1}, []int64{1},
	[]uint32{1}, []uint64{1}, []float32{1}, []float64{1}, []string{"a"}, [][]byte{{1}, nil}, map[string]string{"a": "b"},
	map[string]bool{"a": true}, map[string]int{"a": 1}, map[string]int64{"a": 1}, map[string]float64{"a": 1}, map[int]string{1: "a"},
	[]byte(nil), []any(nil), map[string]any(nil), map[any]any(nil), []int(nil), []string(nil), map[string]int(nil),
	ptr(1), ptr("a"), ptr(true), ptr(1.5), ptr(uint8(1)), ptr(time.Unix(1, 0).UTC()), (*int)(nil), (*time.Time)(nil), ptr([]int{1}),
	celsius(-40), ptr(celsius(1)), (*celsius)(nil), point{1, 2}, &point{1, 2}, (*point)(nil), version{1, 2}, &version{3, 4},
	tree{}, &tree{Left: &tree{}}, envelope{Body: envelope{Body: &point{}}}, term.Ext{Code: 99, Data: "x"}, term.Ext{},
	mustRaw("test.unknown", []int{1}), mustRaw("*test.unknown", nil), term.Raw{},
}

func TestMessage_ArrivesAsTheVeryTypeThatWasSent(t *testing.T) {
	for _, sent := range exact {
		for _, sent := range []any{sent, []any{sent}, map[string]any{"key": sent}, envelope{Body: sent}, &envelope{Body: []any{sent}}} {
			b, err := term.AppendMessage(nil, sent)
			require.NoError(t, err)
			got, err := term.DecodeMessage(b)
			require.NoError(t, err)
			requireSame(t, sent, got)
		}
	}
}

func TestMessage_PointerToNilArrivesAsNilPointer(t *testing.T) {
	for _, sent := range []any{ptr([]int(nil)), ptr(map[string]int(nil)), struct{ P **int }{ptr((*int)(nil))}, struct{ P *any }{new(any)}} {
		local, err := term.Isolate(sent)
		require.NoError(t, err)
		v := reflect.ValueOf(local)
		if v.Kind() == reflect.Struct {
			v = v.Field(0)
		}
		require.True(t, v.IsNil())
	}
}

func TestMessage_TypesWithoutNameAreRefusedWithAdvice(t *testing.T) {
	type unnamed struct{ A int }
	for _, v := range []any{unnamed{}, []any{&unnamed{}}, envelope{Body: unnamed{}}, map[string]unnamed{}, []point{}, ptr(ptr(1)), ptr(term.MustAtom("a"))} {
		_, err := term.AppendMessage(nil, v)
		require.ErrorIs(t, err, term.ErrNotRegistered)
		_, err = term.Isolate(v)
		require.NoError(t, err, "nothing is encoded on the way to a local receiver")
	}
	_, err := term.AppendMessage(nil, envelope{Body: []any{unnamed{}}})
	require.EqualError(t, err, "term: cannot send term_test.envelope: field Body[0]: "+
		"term_test.unnamed is not registered: call term.Register[term_test.unnamed]")
	for _, test := range []struct {
		value  any
		advice string
	}{
		{&unnamed{}, "*term_test.unnamed is not registered: call term.Register[term_test.unnamed]"},
		{ptr(&unnamed{}), "**term_test.unnamed is not registered: send what it points to"},
		{ptr(term.MustAtom("a")), "*term.Atom is not registered: send what it points to"},
		{new(any), "*interface {} is not registered: send what it points to"},
	} {
		_, err = term.AppendMessage(nil, test.value)
		require.ErrorContains(t, err, test.advice)
	}
}

func TestMessage_TypesThatCannotBeSentAreRefused(t *testing.T) {
	type job struct{ Done chan struct{} }
	for _, v := range []any{
		make(chan int), func() {}, uintptr(1), complex(1, 2), job{}, &job{}, []job{}, map[string]job{}, [1]job{}, struct{ J *job }{},
		[]any{job{}}, map[*int]int{}, map[time.Time]int{}, map[[1]*int]int{}, map[struct{ P *int }]int{}, errors.New("x"), io.EOF,
		envelope{Body: io.EOF}, &struct{ C *[]chan int }{},
	} {
		_, err := term.AppendMessage(nil, v)
		require.ErrorIs(t, err, term.ErrUnsendable, reflect.TypeOf(v))
		_, err = term.Isolate(v)
		require.ErrorIs(t, err, term.ErrUnsendable, reflect.TypeOf(v))
	}
	require.EqualError(t, isolateErr(job{}), "term: cannot send term_test.job: field Done: chan struct {} cannot be sent: "+
		"a channel joins goroutines of one program; send a PID and let it answer")
}

func TestMessage_TypesThatContainThemselvesAreRefusedForAnyPart(t *testing.T) {
	type ring struct {
		Next *ring
		All  []ring
		Bad  func()
	}
	require.ErrorIs(t, isolateErr(&ring{}), term.ErrUnsendable)
	require.ErrorIs(t, isolateErr([]ring{}), term.ErrUnsendable)
	require.ErrorIs(t, isolateErr((*ring)(nil)), term.ErrUnsendable)
}

func TestMessage_KeysThatCannotArriveAreRefused(t *testing.T) {
	for _, test := range []struct {
		value any
		want  error
	}{
		{map[float64]int{math.NaN(): 1}, term.ErrRange},
		{map[any]any{math.NaN(): 1}, term.ErrRange},
		{map[any]any{[1]any{math.NaN()}: 1}, term.ErrRange},
		{map[any]any{ptr(1): 1}, term.ErrUnsendable},
		{map[any]any{struct{ P any }{ptr(1)}: 1}, term.ErrUnsendable},
		{map[any]any{time.Now(): 1}, term.ErrUnsendable},
	} {
		require.ErrorIs(t, isolateErr(test.value), test.want)
		require.ErrorIs(t, encodeErr(test.value), test.want)
	}
}

func TestMessage_InterfaceMustBeImplementedByWhatArrives(t *testing.T) {
	type holder struct{ S interface{ String() string } }
	ok := map[string]any{"S": celsius(1)}
	got, err := term.Decode[holder](term.MustEncode(ok))
	require.NoError(t, err)
	require.Equal(t, holder{celsius(1)}, got)
	_, err = term.Decode[holder](term.MustEncode(map[string]any{"S": 5}))
	require.ErrorIs(t, err, term.ErrMismatch)
	require.ErrorContains(t, err, "field S at byte 3: wrong kind of value: int is no interface { String() string }")
}

type forged struct{ From string }

func TestRefuseMessage_OnlyAsAMessageOfItsOwn(t *testing.T) {
	term.MustRegister[forged]("test.forged")
	encoded, err := mustRaw("test.forged", forged{"a"}).AppendTerm(nil) // as a forger writes it
	require.NoError(t, err)
	pointer, err := mustRaw("*test.forged", forged{"b"}).AppendTerm(nil)
	require.NoError(t, err)
	asField, err := term.AppendMessage(nil, []any{forged{"a"}, &forged{"b"}})
	require.NoError(t, err)

	term.RefuseMessage[forged]("only the runtime sends it")
	for _, v := range []any{forged{}, &forged{}, (*forged)(nil)} {
		_, err := term.Isolate(v)
		require.ErrorIs(t, err, term.ErrRefusedMessage)
		_, err = term.AppendMessage(nil, v)
		require.ErrorIs(t, err, term.ErrRefusedMessage)
		require.ErrorContains(t, err, "term_test.forged may not be a message: only the runtime sends it")
	}
	for _, b := range [][]byte{encoded, pointer} {
		_, err = term.DecodeMessage(b)
		require.ErrorIs(t, err, term.ErrRefusedMessage)
		_, err = term.Decode[any](b)
		require.NoError(t, err, "a value, not a message")
	}
	got, err := term.DecodeMessage(asField)
	require.NoError(t, err)
	require.Equal(t, []any{forged{"a"}, &forged{"b"}}, got)
	local, err := term.Isolate(got)
	require.NoError(t, err)
	require.Equal(t, got, local)

	_, err = term.Isolate(mustRaw("test.forged", forged{}))
	require.ErrorIs(t, err, term.ErrRefusedMessage, "a raw one is one")
}
