package term_test

import (
	"bytes"
	linked "container/list"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/term"
)

//lint:file-ignore U1000 Only reflect looks at the fields of these types.

// Types that hide something, alone, in each other, in themselves and in generic
// ones, next to types of the same shape that do not.
type (
	hiddenInt   struct{ n int }
	hiddenMap   struct{ m map[string]int }
	hiddenSlice struct{ s []int }
	hiddenPtr   struct{ p *int }
	hiddenAny   struct{ v any }

	openBox[T any]   struct{ V T }
	hiddenBox[T any] struct{ v T }
	leftBox[T any]   struct {
		A int
		V T `msgpack:"-"`
	}

	goodList struct {
		Next *goodList
		Data []int
	}
	badList struct {
		Next *badList
		Data hiddenSlice
	}
	badTree struct {
		Kids []badTree
		ByID map[int]*badTree
		Lock sync.Mutex
	}
	// One of these is compiled while the other one is.
	badLeft struct {
		Right []badRight
		Name  string
	}
	badRight struct {
		Left badLeft
		H    hiddenMap
	}
	goodLeft struct {
		Right []goodRight
		Lock  sync.Mutex `msgpack:"-"`
	}
	goodRight struct{ Left goodLeft }

	twoNames struct {
		A int `msgpack:"x"`
		B int `msgpack:"x"`
	}
	embedsHidden struct{ hiddenMap }
	embedsOpen   struct{ goodList }
)

// sharedWithin is immutable: it may be shared on this node, and hides what it has
// from all others.
type sharedWithin struct{ m map[string]int }

func (sharedWithin) ImmutableTerm() {}

var declared = []reflect.Type{
	reflect.TypeFor[hiddenInt](), reflect.TypeFor[hiddenMap](), reflect.TypeFor[hiddenSlice](),
	reflect.TypeFor[hiddenPtr](), reflect.TypeFor[hiddenAny](), reflect.TypeFor[chan int](), reflect.TypeFor[func()](),
	reflect.TypeFor[complex128](), reflect.TypeFor[uintptr](), reflect.TypeFor[unsafe.Pointer](),
	reflect.TypeFor[bytes.Buffer](), reflect.TypeFor[strings.Builder](), reflect.TypeFor[linked.List](),
	reflect.TypeFor[sync.Mutex](), reflect.TypeFor[sync.Map](), reflect.TypeFor[atomic.Int64](),
	reflect.TypeFor[atomic.Pointer[int]](), reflect.TypeFor[time.Location](),
	reflect.TypeFor[goodList](), reflect.TypeFor[badList](), reflect.TypeFor[badTree](),
	reflect.TypeFor[badLeft](), reflect.TypeFor[badRight](), reflect.TypeFor[goodLeft](), reflect.TypeFor[goodRight](),
	reflect.TypeFor[twoNames](), reflect.TypeFor[embedsHidden](), reflect.TypeFor[embedsOpen](),
	reflect.TypeFor[openBox[hiddenMap]](), reflect.TypeFor[openBox[[]int]](), reflect.TypeFor[openBox[badLeft]](),
	reflect.TypeFor[openBox[openBox[[2]hiddenInt]]](), reflect.TypeFor[hiddenBox[int]](), reflect.TypeFor[leftBox[sync.Mutex]](),
	reflect.TypeFor[leftBox[hiddenMap]](), reflect.TypeFor[sharedWithin](), reflect.TypeFor[url.URL](), reflect.TypeFor[version](),
	reflect.TypeFor[int](), reflect.TypeFor[string](), reflect.TypeFor[[]byte](), timeType, atomType, anyType,
	reflect.TypeFor[tree](), reflect.TypeFor[envelope](),
}

// refusing is what is known of types: which are refused here, and elsewhere.
type refusing struct{ local, remote map[reflect.Type]bool }

// wantRefused says of all types that t consists of whether they are to be refused,
// straight from the rule: what has a refused part is refused.
func wantRefused(t reflect.Type) (local, remote bool) {
	known := refusing{map[reflect.Type]bool{}, map[reflect.Type]bool{}}
	for size := -1; size != len(known.local)+len(known.remote); {
		size = len(known.local) + len(known.remote)
		known.look(t, map[reflect.Type]bool{})
	}
	return known.local[t], known.remote[t]
}

func (k refusing) look(t reflect.Type, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	if t == timeType || t == atomType || t == reflect.TypeFor[url.URL]() || t == reflect.TypeFor[version]() {
		return // they write themselves
	}
	immutable := t == reflect.TypeFor[sharedWithin]()
	has := func(part reflect.Type) {
		k.look(part, seen)
		if k.remote[part] {
			k.remote[t] = true
		}
		if k.local[part] && !immutable {
			k.local[t] = true
		}
	}
	refuse := func() {
		k.remote[t] = true
		if !immutable {
			k.local[t] = true
		}
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.Uintptr, reflect.UnsafePointer:
		refuse()
	case reflect.Pointer, reflect.Slice, reflect.Array:
		has(t.Elem())
	case reflect.Map:
		has(t.Key())
		has(t.Elem())
	case reflect.Struct:
		names := map[string]bool{}
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("msgpack"), ",")
			switch {
			case f.Name == "_" || name == "-":
				continue
			case f.Anonymous && f.Type.Kind() == reflect.Struct:
				has(f.Type)
				continue
			case !f.IsExported():
				refuse()
				continue
			}
			if name == "" {
				name = f.Name
			}
			if names[name] {
				refuse()
			}
			names[name] = true
			has(f.Type)
		}
	}
}

// drawPart draws a type that is made of the declared ones.
func drawPart(t *rapid.T, depth int) reflect.Type {
	if depth == 0 {
		return rapid.SampledFrom(declared).Draw(t, "declared")
	}
	part := func() reflect.Type { return drawPart(t, depth-1) }
	switch rapid.IntRange(0, 6).Draw(t, "container") {
	case 0:
		return reflect.SliceOf(part())
	case 1:
		return reflect.ArrayOf(rapid.IntRange(0, 2).Draw(t, "length"), part())
	case 2:
		return reflect.MapOf(reflect.TypeFor[string](), part())
	case 3:
		return reflect.PointerTo(part())
	case 4:
		fields := []reflect.StructField{}
		for i := range rapid.IntRange(1, 3).Draw(t, "fields") {
			f := reflect.StructField{Name: string(rune('A' + i)), Type: part()}
			f.Tag = reflect.StructTag(rapid.SampledFrom([]string{"", "", `msgpack:"-"`, `msgpack:",omitempty"`}).Draw(t, "tag"))
			fields = append(fields, f)
		}
		return reflect.StructOf(fields)
	default:
		return part()
	}
}

// fillAll fills *v, hidden fields too, so that something could be shared.
func fillAll(v reflect.Value, depth int) {
	if !v.CanSet() {
		v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	}
	switch v.Kind() {
	case reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fillAll(v.Elem(), depth-1)
		}
	case reflect.Slice:
		if depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 2))
			fillAll(v.Index(0), depth-1)
		}
	case reflect.Map:
		if depth > 0 && v.Type().Key().Kind() == reflect.String {
			v.Set(reflect.MakeMap(v.Type()))
			elem := reflect.New(v.Type().Elem()).Elem()
			fillAll(elem, depth-1)
			v.SetMapIndex(reflect.Zero(v.Type().Key()), elem)
		}
	case reflect.Chan:
		v.Set(reflect.MakeChan(v.Type(), 0))
	case reflect.Interface:
		if v.Type() == anyType {
			v.Set(reflect.ValueOf([]int{1}))
		}
	case reflect.Array:
		for i := range v.Len() {
			fillAll(v.Index(i), depth)
		}
	case reflect.Struct:
		switch v.Type() {
		case timeType, atomType, reflect.TypeFor[url.URL](), reflect.TypeFor[version](), reflect.TypeFor[sharedWithin](),
			reflect.TypeFor[sync.Mutex](), reflect.TypeFor[sync.Map](), reflect.TypeFor[atomic.Pointer[int]](), reflect.TypeFor[time.Location]():
			return
		}
		for i := range v.NumField() {
			fillAll(v.Field(i), depth)
		}
	}
}

// A type is refused or not for what it consists of, by Isolate as by Encode,
// whichever types were used before it, and with it all that consists of it.
func TestSendable_TheTypeAloneDecides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types := []reflect.Type{}
		for range rapid.IntRange(1, 4).Draw(t, "types") {
			types = append(types, drawPart(t, rapid.IntRange(0, 3).Draw(t, "depth")))
		}
		term.WithFreshPlans(func() {
			for _, typ := range types {
				requireAsTheRuleSays(t, typ, rapid.Bool().Draw(t, "encode first"))
			}
		})
	})
}

func requireAsTheRuleSays(t *rapid.T, typ reflect.Type, encodeFirst bool) {
	if typ.Kind() == reflect.Interface {
		typ = reflect.ArrayOf(1, typ) // else it would be what is in it
	}
	zero, full := reflect.New(typ).Elem(), reflect.New(typ).Elem()
	fillAll(full, 3)
	local, remote := wantRefused(typ)
	encode := func(v any) {
		_, err := term.Encode(v)
		require.Equal(t, remote, errors.Is(err, term.ErrUnsendable), "encode %v: %v", typ, err)
	}
	isolate := func(v any) {
		got, err := term.Isolate(v)
		require.Equal(t, local, errors.Is(err, term.ErrUnsendable), "isolate %v: %v", typ, err)
		if err == nil {
			requireNothingShared(t, v, got)
		}
	}
	uses := []func(any){isolate, encode}
	if encodeFirst {
		uses = []func(any){encode, isolate}
	}
	for _, use := range uses {
		use(zero.Interface())
		use(full.Interface())
	}
}

func TestSendable_WhatIsInAnInterfaceIsRefusedToo(t *testing.T) {
	for _, typ := range declared {
		if local, _ := wantRefused(typ); !local {
			continue
		}
		bad := reflect.New(typ)
		fillAll(bad.Elem(), 1)
		for _, v := range []any{
			bad.Elem().Interface(), []any{bad.Elem().Interface()}, map[string]any{"a": bad.Interface()},
			openBox[any]{bad.Interface()}, &openBox[[]any]{[]any{1, bad.Elem().Interface()}},
		} {
			_, err := term.Isolate(v)
			require.ErrorIs(t, err, term.ErrUnsendable, "%v in %T", typ, v)
			_, err = term.Encode(v)
			require.ErrorIs(t, err, term.ErrUnsendable, "%v in %T", typ, v)
		}
	}
}

// Plans of types that contain each other are made by many goroutines at once, and
// each sees the one answer.
func TestSendable_TheAnswerIsTheSameForAllGoroutinesConcurrentSafe(t *testing.T) {
	term.WithFreshPlans(func() {
		var all sync.WaitGroup
		for g := range 8 {
			all.Go(func() {
				for i := range declared {
					typ := declared[(i*7+g*5)%len(declared)]
					if typ.Kind() == reflect.Interface {
						continue
					}
					local, remote := wantRefused(typ)
					v := reflect.Zero(reflect.ArrayOf(1, typ)).Interface()
					if _, err := term.Isolate(v); local != errors.Is(err, term.ErrUnsendable) {
						t.Errorf("isolate %T: %v", v, err)
					}
					if _, err := term.Encode(v); remote != errors.Is(err, term.ErrUnsendable) {
						t.Errorf("encode %T: %v", v, err)
					}
				}
			})
		}
		all.Wait()
	})
}
