package term_test

import (
	"reflect"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

// frozen declares itself immutable though it has a map.
type frozen struct {
	names map[string]int
	done  chan bool
}

func (frozen) ImmutableTerm() {}

// frozenPointer is immutable behind its pointer.
type frozenPointer struct{ Data []int }

func (*frozenPointer) ImmutableTerm() {}

func TestIsolate_PlainValuesAreReturnedAsTheyAre(t *testing.T) {
	for _, v := range []any{
		nil, 5, "text", [3]string{"a"}, point{1, 2}, struct {
			A [2]point
			B struct{ C string }
		}{}, term.MustAtom("ok"), time.Unix(1, 0).UTC(), struct{ At time.Time }{time.Unix(1, 0).UTC()},
		[2]time.Time{}, frozen{}, &frozenPointer{}, struct{ F frozen }{frozen{names: map[string]int{"a": 1}}},
		mustRaw("test.unknown", 1),
	} {
		got, err := term.Isolate(v)
		require.NoError(t, err)
		require.Equal(t, v, got)
		require.Equal(t, word(v), word(got), "%T was copied", v)
	}
}

// word is the address of what is in an interface, or the pointer itself.
func word(v any) unsafe.Pointer { return (*[2]unsafe.Pointer)(unsafe.Pointer(&v))[1] }

func TestIsolate_BytesAreCopied(t *testing.T) {
	type named []byte
	b := []byte("abc")
	for _, v := range []any{b, []any{b}, struct{ B []byte }{b}, named(b), &b, map[string][]byte{"": b}, [][]byte{b}} {
		got, err := term.Isolate(v)
		require.NoError(t, err)
		require.Equal(t, v, got)
		requireNothingShared(t, v, got)
	}
}

func TestIsolate_SharedPointersArriveApart(t *testing.T) {
	p := &point{1, 2}
	got, err := term.Isolate([]any{p, p})
	require.NoError(t, err)
	pair := got.([]any)
	require.Equal(t, pair[0], pair[1])
	require.NotSame(t, pair[0], pair[1])
}

func TestIsolate_ImmutableTypes(t *testing.T) {
	f := frozen{names: map[string]int{"a": 1}, done: make(chan bool)}
	got, err := term.Isolate([]any{f, struct{ F frozen }{f}})
	require.NoError(t, err)
	require.Equal(t, reflect.ValueOf(f.names).Pointer(), reflect.ValueOf(got.([]any)[0].(frozen).names).Pointer())
	_, err = term.Encode(f)
	require.ErrorIs(t, err, term.ErrUnsendable, "it is shared on this node and goes to no other")

	pointer, err := term.Isolate(&f)
	require.NoError(t, err)
	require.NotSame(t, &f, pointer, "a pointer to an immutable value can be set to another one")
	require.Equal(t, &f, pointer)

	shared := &frozenPointer{[]int{1}}
	same, err := term.Isolate(shared)
	require.NoError(t, err)
	require.Same(t, shared, same)
	apart, err := term.Isolate(*shared)
	require.NoError(t, err)
	requireNothingShared(t, *shared, apart)
}

func TestIsolate_ImmutabilityIsNotInherited(t *testing.T) {
	type joined struct {
		term.Atom
		Names []string
	}
	sent := joined{term.MustAtom("room"), []string{"a"}}
	got, err := term.Isolate(sent)
	require.NoError(t, err)
	require.Equal(t, sent, got)
	requireNothingShared(t, sent, got)
	back, err := term.Decode[joined](term.MustEncode(sent))
	require.NoError(t, err)
	require.Equal(t, sent, back, "nor is the form of an atom")
}

func TestIsolate_TimesArriveInUTCWithoutMonotonicReading(t *testing.T) {
	now := time.Now().In(time.FixedZone("somewhere", 3600))
	want := now.Round(0).UTC()
	for _, v := range []any{now, struct{ At time.Time }{now}, []time.Time{now}, [1]time.Time{now}, map[string]time.Time{"": now}, &now} {
		got, err := term.Isolate(v)
		require.NoError(t, err)
		encoded, err := term.Encode(v)
		require.NoError(t, err)
		remote := reflect.New(reflect.TypeOf(v))
		require.NoError(t, term.DecodeInto(encoded, remote.Interface()))
		requireSame(t, remote.Elem().Interface(), got)
	}
	got, err := term.Isolate(now)
	require.NoError(t, err)
	requireSame(t, want, got)
}

func TestIsolate_RawWhoseTypeIsKnownArrivesAsThatType(t *testing.T) {
	got, err := term.Isolate([]any{mustRaw("test.point", point{1, 2}), mustRaw("*test.point", nil)})
	require.NoError(t, err)
	require.Equal(t, []any{point{1, 2}, (*point)(nil)}, got)
	_, err = term.Isolate(mustRaw("test.point", 5))
	require.ErrorIs(t, err, term.ErrMismatch)

	type keeper struct{ Raw term.Raw }
	kept := keeper{mustRaw("test.point", point{1, 2})}
	local, err := term.Isolate(kept)
	require.NoError(t, err)
	require.Equal(t, kept, local, "a field of type Raw stays one")
}

func TestIsolate_DecidesOncePerTypeConcurrentSafe(t *testing.T) {
	types := []reflect.Type{}
	for i := range 300 {
		types = append(types, reflect.ArrayOf(i+1000, reflect.TypeFor[*tree]()))
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for _, typ := range types {
				if _, err := term.Isolate(reflect.Zero(typ).Interface()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}
