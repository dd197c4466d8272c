package term

import (
	"fmt"
	"reflect"
)

// maxPanicText is how much of the text of a panic an error repeats.
const maxPanicText = 200

// caught turns the panic of a method of the program, of type t, into an error. It
// is to be deferred by a function that does nothing but call the method. There is
// no way to catch runtime.Goexit: it ends the goroutine that encodes or decodes,
// whatever is deferred there.
func caught(err *error, t reflect.Type, method string) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%s of %v %w: %.*s", method, t, ErrPanic, maxPanicText, panicText(r))
	}
}

// panicText describes what was panicked with. Only texts are printed: package fmt
// would follow a map that contains itself until the stack is full.
func panicText(r any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("a %T, which cannot be printed", r)
		}
	}()
	switch r := r.(type) {
	case error:
		return r.Error()
	case string:
		return r
	default:
		return fmt.Sprintf("a %T", r)
	}
}
