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
