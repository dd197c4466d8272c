package term

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// maxPathBytes is about how long a path in an error becomes. The steps that are
// farther out are left off: a value that is nested too deeply is a thousand deep.
const maxPathBytes = 100

const cut = "…"

// inStep puts a step in front of err's path: err happened inside of it.
func inStep(err error, step string) error {
	if path := openPath(err); path != nil {
		*path = step + *path
	}
	return err
}

// inElement is inStep for the element with index i.
func inElement(err error, i int) error {
	if path := openPath(err); path != nil {
		*path = "[" + strconv.Itoa(i) + "]" + *path
	}
	return err
}

// inEntry is inStep for the value under key, which may be a reflect.Value.
func inEntry(err error, key any) error {
	if path := openPath(err); path != nil {
		*path = keyStep(key) + *path
	}
	return err
}

// openPath returns the path of err to put a step in front of, nil if it is as
// long as it may be.
func openPath(err error) *string {
	var path *string
	switch e := err.(type) {
	case *EncodeError:
		path = &e.Path
	case *DecodeError:
		path = &e.Path
	default:
		return nil
	}
	if len(*path) < maxPathBytes {
		return path
	}
	if !strings.HasPrefix(*path, cut) {
		*path = cut + *path
	}
	return nil
}

// keyStep is the step to the value under key, which may be a reflect.Value. No method
// of the key is called: it belongs to the program and may do anything.
func keyStep(key any) string {
	v, ok := key.(reflect.Value)
	if !ok {
		v = reflect.ValueOf(key)
	}
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch {
	case !v.IsValid():
		return "[nil]"
	case v.CanInt():
		return fmt.Sprintf("[%d]", v.Int())
	case v.CanUint():
		return fmt.Sprintf("[%d]", v.Uint())
	case v.CanFloat():
		return fmt.Sprintf("[%v]", v.Float())
	case v.Kind() == reflect.Bool:
		return fmt.Sprintf("[%v]", v.Bool())
	case v.Kind() == reflect.String:
		return fmt.Sprintf("[%.64q]", v.String())
	case v.Type() == atomType:
		return fmt.Sprintf("[%.64q]", v.Interface())
	default:
		return fmt.Sprintf("[a %v]", v.Type())
	}
}
