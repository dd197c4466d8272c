package remote

import (
	"context"
	"errors"
	"sync/atomic"
)

// hung counts calls of the program's code that were left to themselves and still run, for
// nobody can end them.
type hung struct{ now atomic.Int64 }

// The limits of hung. At such a number no call of the same kind is begun any more.
const (
	maxHungHandshakes = 1000 // of a node, for each kind of call
	maxHungAttempts   = 100  // to connect to one other node
)

var errHung = errors.New("too many calls of the program's code hang")

// guarded runs f, which is code of the program, in a goroutine of its own, and returns what
// f returns. Whatever f does costs this one result: a panic and an end of its goroutine are
// errors; if ctx ends first f is left to itself and counted in h, and what it makes then is
// given to late.
func guarded[T any](ctx context.Context, h *hung, limit int, f func() (T, error), late func(T)) (v T, err error) {
	type result struct {
		v   T
		err error
	}
	if h.now.Load() >= int64(limit) {
		return v, errHung
	}
	done, left := make(chan result), make(chan struct{})
	go func() { // ends when f does, which nobody can make it do; so nobody waits for it
		r := result{err: errEnded}
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
		defer failed(&r.err)
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
