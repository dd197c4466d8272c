// Package guard runs code of the program, so that whatever it does costs one result.
package guard

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// Hung counts calls of the program's code that were left to themselves and still run, for
// nobody can end them.
type Hung struct{ now atomic.Int64 }

var errHung = errors.New("too many calls of the program's code hang")

// Run runs f, which is code of the program, in a goroutine of its own, and returns what
// f returns. Whatever f does costs this one result: a panic and an end of its goroutine are
// errors; if ctx ends first f is left to itself and counted in h, and what it makes then is
// given to late.
func Run[T any](ctx context.Context, h *Hung, limit int, f func() (T, error), late func(T)) (v T, err error) {
	type result struct {
		v   T
		err error
	}
	if h.now.Load() >= int64(limit) {
		return v, errHung
	}
	done, left := make(chan result), make(chan struct{})
	go func() { // ends when f does, which nobody can make it do; so nobody waits for it
		r := result{err: ErrEnded}
		defer func() {
			select {
			case done <- r:
			case <-left:
				h.now.Add(-1)
				if r.err == nil && late != nil {
					late(r.v)
				}
			}
		}()
		defer Catch(&r.err)
		v, err := f()
		r = result{v, err}
	}()
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
		h.now.Add(1)
		close(left)
		return v, context.Cause(ctx)
	}
}

// ErrEnded tells of code of the program that has called runtime.Goexit.
var ErrEnded = errors.New("it has ended its goroutine")

// Text returns what an error says that the program may have made.
func Text(err error) (text string) {
	if err == nil {
		return ""
	}
	defer func() {
		if recover() != nil {
			text = "an error whose text cannot be had"
		}
	}()
	return err.Error()
}

// Catch, deferred, makes an error of a panic of the program's code.
func Catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case string:
		*err = fmt.Errorf("panic: %.200s", r)
	default:
		*err = fmt.Errorf("panic of type %T", r)
	}
}
