package runtime

import (
	"context"
	"time"
)

// requestContext is the context in which a request waits for room: in the callee's
// mailbox, or on the way to its node. It ends when the call does, for whatever
// reason: the time is over, the caller got its exit signal, the callee has died.
// It is the call itself seen from another side, so that a call which does not
// wait allocates nothing for it. Like the call it is used again: it must not be
// kept after the request was sent.
type requestContext call

var _ context.Context = (*requestContext)(nil)

// Deadline implements context.Context.
func (c *requestContext) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }

// Done implements context.Context.
func (c *requestContext) Done() <-chan struct{} {
	w := (*call)(c)
	w.caller.mu.Lock()
	defer w.caller.mu.Unlock()
	if w.caller.rec == nil || !w.caller.rec.calls.has(w.ref) {
		return over
	}
	if w.over == nil {
		w.over = make(chan struct{})
	}
	return w.over
}

// over is the channel of calls that have ended.
var over = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Err implements context.Context.
func (c *requestContext) Err() error {
	select {
	case <-c.Done():
		return context.Canceled
	default:
		return nil
	}
}

// Value implements context.Context: it finds the calling process, unless
// it is the program that calls.
func (c *requestContext) Value(key any) any {
	if c.caller.isCaller() {
		return nil
	}
	return (*Context)(c.caller).Value(key)
}

// String returns what the context is of, as those of package context do.
func (c *requestContext) String() string { return "runtime: request of " + c.caller.pid().String() }
