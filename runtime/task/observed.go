package task

import (
	"errors"
	"reflect"
	goruntime "runtime"
	"strings"

	"github.com/starlang-go/starlang/runtime"
)

// errNotReturned is the error of a function that has panicked, or called Goexit.
var errNotReturned = errors.New("the function has not returned")

// observed returns f as one that tells of its begin and its end if somebody wants to know.
// It belongs to what carries does.
func observed[T any](carries runtime.Message, f Func[T]) Func[T] {
	return func(ctx *runtime.Context) (value T, err error) {
		if !ctx.Observed() {
			return f(ctx)
		}
		name := strings.TrimSuffix(goruntime.FuncForPC(reflect.ValueOf(f).Pointer()).Name(), "-fm") // of a method value
		_, end := ctx.BeginHandling(carries, runtime.Handling{Type: name, Kind: runtime.SpanTask})
		ended := errNotReturned
		defer func() { end(ended) }()
		value, err = f(ctx)
		ended = err
		return value, err
	}
}
