// Package reply decides what a caller may take a reply for: one rule for the calls of
// package runtime and those of the behaviours.
package reply

import (
	"fmt"
	"reflect"
)

// As returns v as a T. A reply of nil is the zero value of a type that can be nil or has
// no fields. The error says which type came and which was wanted; it wraps wrong.
func As[T any](v any, wrong error) (T, error) {
	reply, ok := v.(T)
	if ok || v == nil && mayBeNil(reflect.TypeFor[T]()) {
		return reply, nil
	}
	return reply, fmt.Errorf("%w: got %T, want %v", wrong, v, reflect.TypeFor[T]())
}

// mayBeNil reports whether a reply of nil is fine for a caller who wants a t.
func mayBeNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Map, reflect.Slice:
		return true
	}
	return t.Size() == 0
}
