package genserver

import (
	"context"
	"reflect"

	"github.com/starlang-go/starlang/runtime/internal/guard"
	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// copied returns a copy of the server's value that shares nothing with it, or the value
// itself if there is none: see copyOf. None is needed once nothing changes the value.
func (s *server) copied() (impl any, ok bool) {
	if s.terminated {
		return s.impl, true
	}
	return copyOf(s.impl)
}

// copyOf returns a copy of v that shares nothing with it, or v if none can be made: it is
// made of what Go itself copies and of channels, or is small and can be sent.
func copyOf(v any) (copied any, ok bool) {
	switch t := reflect.TypeOf(v); {
	case isFlat(t):
		return v, true
	case t.Kind() == reflect.Pointer && isFlat(t.Elem()) && !reflect.ValueOf(v).IsNil():
		c := reflect.New(t.Elem())
		c.Elem().Set(reflect.ValueOf(v).Elem())
		return c.Interface(), true
	}
	left := text.MaxStateBytes
	if !isLight(reflect.ValueOf(v), &left) {
		return v, false
	}
	// The copy of a part may be code of the program.
	copied, err := guard.Call(context.Background(), 0, func() (any, error) { return term.Isolate(v) }, nil)
	if err != nil {
		return v, false
	}
	return copied, true
}

// isFlat reports whether what a value of type t holds is copied with it, but for channels:
// who shares these does no harm.
func isFlat(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return isFlat(t.Elem())
	case reflect.Struct:
		if t.PkgPath() == "sync" || t.PkgPath() == "sync/atomic" {
			return false // others may be using it
		}
		for i := range t.NumField() {
			if !isFlat(t.Field(i).Type) {
				return false
			}
		}
		return true
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func, reflect.UnsafePointer:
		return false
	}
	return true
}

// isLight reports whether v and all that it refers to, except for texts, has at most left
// bytes, of which it takes those. A value that contains itself has not.
func isLight(v reflect.Value, left *int) bool {
	if !v.IsValid() {
		return true
	}
	if *left -= max(int(v.Type().Size()), 1); *left < 0 {
		return false
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return isLight(v.Elem(), left)
	case reflect.Struct:
		for i := range v.NumField() {
			if !isLight(v.Field(i), left) {
				return false
			}
		}
	case reflect.Array, reflect.Slice:
		return isLightList(v, left)
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if !isLight(it.Key(), left) || !isLight(it.Value(), left) {
				return false
			}
		}
	}
	return *left >= 0
}

func isLightList(v reflect.Value, left *int) bool {
	if elem := v.Type().Elem(); isFlat(elem) {
		*left -= v.Len() * int(elem.Size())
		return *left >= 0
	}
	for i := range v.Len() {
		if !isLight(v.Index(i), left) {
			return false
		}
	}
	return true
}
