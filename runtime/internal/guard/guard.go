// Package guard calls functions of the program on behalf of the library, so that one that
// panics, ends its goroutine or hangs does no more harm than to return an error.
package guard

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Grace is how long a function that does not return when its context has ended is still
// waited for.
const Grace = 5 * time.Second

var (
	errGoexit      = errors.New("called runtime.Goexit")
	errUnprintable = errors.New("panic: a value whose text panics")
)

type result[T any] struct {
	value T
	err   error
}

// Call calls f in a goroutine of its own and returns what f returns. A panic of f is an
// error, and so is a call of runtime.Goexit. f is to return when ctx ends; if it has not
// after [Grace], Call returns the cause of ctx without it. What such an f returns at last,
// unless that is an error, is given to late.
func Call[T any](ctx context.Context, f func() (T, error), late func(T)) (T, error) {
	done := make(chan result[T], 1) // nobody may be left to read it
	go protect(f, done)             // ends with f; Call waits for it, within bounds
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
	}
	grace := time.NewTimer(Grace)
	defer grace.Stop()
	select {
	case r := <-done:
		return r.value, r.err
	case <-grace.C:
	}
	go func() { // ends with f
		if r := <-done; r.err == nil {
			late(r.value)
		}
	}()
	var none T
	return none, context.Cause(ctx)
}

// protect calls f and sends what comes of it, whatever that is.
func protect[T any](f func() (T, error), done chan<- result[T]) {
	r := result[T]{err: errGoexit}
	defer func() {
		_ = recover() // of the text of what was panicked
		done <- r
	}()
	defer func() {
		if p := recover(); p != nil {
			r.err = errUnprintable
			r.err = errors.New("panic: " + textOf(p))
		}
	}()
	r.value, r.err = f()
}

// textOf returns a text for the value of a panic. A value that may hold itself is not
// printed: fmt would not come to an end.
func textOf(v any) string {
	switch v := v.(type) {
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case string, bool, int, int64, uint64, float64:
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("a value of type %T", v)
}
