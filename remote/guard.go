package remote

import (
	"context"
	"errors"
)

// guarded runs f, which is code of the program, in a goroutine of its own, and returns what
// f returns. Whatever f does costs this one result: a panic and an end of its goroutine are
// errors; if ctx ends first f is left to itself, and what it makes then is given to late.
func guarded[T any](ctx context.Context, f func() (T, error), late func(T)) (v T, err error) {
	type result struct {
		v   T
		err error
	}
	done := make(chan result)
	go func() { // ends when f does, which nobody can make it do; so nobody waits for it
		r := result{err: errEnded}
		defer func() {
			select {
			case done <- r:
			case <-ctx.Done():
				if r.err == nil && late != nil {
					late(r.v)
				}
			}
		}()
		defer failed(&r.err)
		v, err := f()
		r = result{v, err}
	}()
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
		return v, context.Cause(ctx)
	}
}

// errEnded tells of code of the program that has called runtime.Goexit.
var errEnded = errors.New("it has ended its goroutine")

// textOf returns what an error says that the program may have made.
func textOf(err error) (text string) {
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
