// Package guard calls functions of the program on behalf of the library, so that one that
// panics, ends its goroutine or hangs does no more harm than to return an error.
package guard

import (
	"context"
	"errors"
	"time"

	"github.com/starlang-go/starlang/runtime/internal/text"
)

var errGoexit = errors.New("called runtime.Goexit")

type result[T any] struct {
	value T
	err   error
}

// Call calls f in a goroutine of its own and returns what f returns. A panic of f is an
// error, and so is a call of runtime.Goexit. f is to return when ctx ends; if it has not
// when grace is over after that, Call returns the cause of ctx without it. What such an f
// returns at last, unless that is an error, is given to late.
func Call[T any](ctx context.Context, grace time.Duration, f func() (T, error), late func(T)) (T, error) {
	done := make(chan result[T], 1) // nobody may be left to read it
	go protect(f, done)             // ends with f; Call waits for it, within bounds
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
	}
	over := time.NewTimer(grace)
	defer over.Stop()
	select {
	case r := <-done:
		return r.value, r.err
	case <-over.C:
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
	defer func() { done <- r }()
	defer func() {
		if p := recover(); p != nil {
			r.err = errors.New(text.Panic(p))
		}
	}()
	r.value, r.err = f()
}

// ErrLate is the error of [Within] if the function has not returned in time.
var ErrLate = errors.New("has not returned in time")

// Within calls f in a goroutine of its own and returns what f returns, or [ErrLate] if
// that takes longer than d. A panic of f is an error, and so is a call of
// runtime.Goexit. done is closed when f has returned at last.
func Within[T any](d time.Duration, f func() (T, error)) (v T, done <-chan struct{}, err error) {
	results, over := make(chan result[T], 1), make(chan struct{})
	go func() { // ends with f; Within waits for it, within bounds
		defer close(over)
		protect(f, results)
	}()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case r := <-results:
		return r.value, over, r.err
	case <-timer.C:
		return v, over, ErrLate
	}
}
