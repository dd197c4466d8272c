package term_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/term"
)

const nesting = 3

func TestIsolate_EqualsWhatArrivesByTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := everything()
		typ := g.drawType(t, nesting)
		if typ.Kind() == reflect.Interface {
			typ = reflect.ArrayOf(1, typ) // alone it would be what is in it
		}
		sent := g.draw(t, typ, nesting).Interface()

		local, err := term.Isolate(sent)
		require.NoError(t, err)
		encoded, err := term.Encode(sent)
		require.NoError(t, err)
		remote := reflect.New(typ)
		require.NoError(t, term.DecodeInto(encoded, remote.Interface()), "%x", encoded)

		requireSame(t, remote.Elem().Interface(), local)
		requireNothingShared(t, sent, local)
		again, err := term.Isolate(local)
		require.NoError(t, err)
		requireSame(t, local, again)
	})
}

func TestMessage_EqualsWhatIsolateReturns(t *testing.T) {
	registered := []reflect.Type{
		reflect.TypeFor[celsius](), reflect.TypeFor[point](), reflect.TypeFor[tree](), reflect.TypeFor[envelope](),
		reflect.TypeFor[version](), reflect.TypeFor[*point](), reflect.TypeFor[*tree](), reflect.TypeFor[*envelope](),
		reflect.TypeFor[[]any](), reflect.TypeFor[map[string]any](), reflect.TypeFor[map[any]any](), reflect.TypeFor[any](),
	}
	rapid.Check(t, func(t *rapid.T) {
		g := everything()
		sent := g.draw(t, rapid.SampledFrom(registered).Draw(t, "type"), nesting).Interface()

		local, err := term.Isolate(sent)
		require.NoError(t, err)
		encoded, err := term.AppendMessage([]byte("before"), sent)
		require.NoError(t, err)
		require.Equal(t, "before", string(encoded[:6]))
		remote, err := term.DecodeMessage(encoded[6:])
		require.NoError(t, err, "%x", encoded)

		requireSame(t, remote, local)
		requireNothingShared(t, sent, local)
	})
}

func TestDecode_AnyRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := []any{contents().Draw(t, "value"), contents().Draw(t, "value")}
		want, err := term.Isolate(sent)
		require.NoError(t, err)
		got, err := term.Decode[any](term.MustEncode(sent))
		require.NoError(t, err)
		requireSame(t, want, got)
	})
}

// requireSame is DeepEqual, which unlike testify's Equal tells nil from empty
// everywhere, and the types of what is in interfaces.
func requireSame(t require.TestingT, want, got any) {
	if !reflect.DeepEqual(want, got) {
		require.Equal(t, want, got) // prints the difference
		require.Fail(t, "not the same", "want %#v\ngot  %#v", want, got)
	}
}

// requireNothingShared checks that no memory of a can be changed through b.
func requireNothingShared(t require.TestingT, a, b any) {
	of := map[uintptr]bool{}
	addresses(reflect.ValueOf(a), of)
	shared := map[uintptr]bool{}
	addresses(reflect.ValueOf(b), shared)
	for p := range shared {
		require.False(t, of[p], "%#v shares memory with %#v", b, a)
	}
}

// addresses collects what v refers to.
func addresses(v reflect.Value, into map[uintptr]bool) {
	switch v.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		if !v.IsNil() {
			into[v.Pointer()] = true
		}
	case reflect.Pointer, reflect.Map, reflect.Slice:
		if v.IsNil() || v.Type().Elem().Size() == 0 || v.Kind() == reflect.Slice && v.Len() == 0 {
			return
		}
		into[v.Pointer()] = true
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		addresses(v.Elem(), into)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			addresses(v.Index(i), into)
		}
	case reflect.Map:
		for i := v.MapRange(); i.Next(); {
			addresses(i.Key(), into)
			addresses(i.Value(), into)
		}
	case reflect.Struct:
		if v.Type() == timeType || v.Type() == atomType {
			return // their pointers are to what nobody changes
		}
		for i := range v.NumField() {
			addresses(v.Field(i), into)
		}
	}
}
