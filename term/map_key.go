package term

import (
	"fmt"
	"reflect"
)

// checkKey refuses a map key that is not itself when it arrives, or is no key.
// The zero value of a type stands for what can be said of all of its values.
func checkKey(key reflect.Value) error {
	switch t := key.Type(); key.Kind() {
	case reflect.Interface:
		if !key.IsNil() {
			return checkKey(key.Elem())
		}
	case reflect.Float32, reflect.Float64:
		if f := key.Float(); f != f {
			return fmt.Errorf("%w: NaN as a map key is not equal to itself", ErrRange)
		}
	case reflect.Pointer:
		return fmt.Errorf("%v as a map key %w: a pointer is another one when it arrives", t, ErrUnsendable)
	case reflect.Slice, reflect.Map, reflect.Func:
		return fmt.Errorf("%w: %v as a map key", ErrMismatch, t)
	case reflect.Array:
		for i := range key.Len() {
			if err := checkKey(key.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		return checkStructKey(key)
	}
	return nil
}

// keysDiffer reports whether some values of type t can be map keys and others
// cannot: then each must be checked.
func keysDiffer(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface, reflect.Float32, reflect.Float64:
		return true
	case reflect.Array:
		return keysDiffer(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if keysDiffer(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

func checkStructKey(key reflect.Value) error {
	t := key.Type()
	if t == timeType {
		return fmt.Errorf("%v as a map key %w: one instant has several forms; use its UnixNano", t, ErrUnsendable)
	}
	if selfCodingOf(t) != notSelfCoding {
		if !key.Comparable() { // an interface in it holds a slice, say
			return fmt.Errorf("%w: %v as a map key", ErrMismatch, t)
		}
		return nil
	}
	for i := range key.NumField() {
		if err := checkKey(key.Field(i)); err != nil {
			return err
		}
	}
	return nil
}
