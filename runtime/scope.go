package runtime

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/pid"
)

// ProcessScope carries a process in a [context.Context], through code that knows
// nothing of processes: a library, a handler, a helper goroutine. What derives
// from the process's own [Context] needs no scope, it carries the process anyway.
// The zero ProcessScope has no process: within it all return [ErrNotInProcess].
type ProcessScope struct {
	process *Context
}

// NewProcessScope returns the scope of a process.
func NewProcessScope(c *Context) ProcessScope { return ProcessScope{c} }

// Enter returns a context with parent's values, deadline and cancellation that
// also carries the process.
func (s ProcessScope) Enter(parent context.Context) context.Context {
	return context.WithValue(parent, processKey{}, s.process)
}

// Run calls f within the scope.
func (s ProcessScope) Run(parent context.Context, f func(context.Context) error) error {
	return f(s.Enter(parent))
}

// FromContext returns the process that ctx carries: ctx is a [Context], or derives
// from one, or from a [ProcessScope].
func FromContext(ctx context.Context) (*Context, bool) {
	c, ok := ctx.(*Context)
	if !ok {
		c, _ = ctx.Value(processKey{}).(*Context)
	}
	return c, c != nil
}

// WithContext calls f with the process that ctx carries. It returns
// [ErrNotInProcess] if there is none.
func WithContext(ctx context.Context, f func(*Context) error) error {
	c, ok := FromContext(ctx)
	if !ok {
		return ErrNotInProcess
	}
	return f(c)
}

// CurrentPID returns the PID of the process that ctx carries, or [ErrNotInProcess].
func CurrentPID(ctx context.Context) (pid.PID, error) {
	c, ok := FromContext(ctx)
	if !ok {
		return pid.PID{}, ErrNotInProcess
	}
	return c.PID(), nil
}

// TryCurrentPID is [CurrentPID] that reports instead of returning an error.
func TryCurrentPID(ctx context.Context) (pid.PID, bool) {
	p, err := CurrentPID(ctx)
	return p, err == nil
}

// MustCurrentPID is [CurrentPID] that panics outside a process.
func MustCurrentPID(ctx context.Context) pid.PID {
	p, err := CurrentPID(ctx)
	if err != nil {
		panic("runtime: MustCurrentPID: " + err.Error())
	}
	return p
}

// Recv is [Context.Recv] of the process that ctx carries; it also ends when ctx
// does. It returns [ErrNotInProcess] if there is none.
func Recv(ctx context.Context) (Message, error) {
	c, ok := FromContext(ctx)
	if !ok {
		return Message{}, ErrNotInProcess
	}
	return c.recvMatch(ctx, func(Message) bool { return true })
}

// RecvTimeout is [Context.RecvTimeout] of the process that ctx carries, or
// [ErrNotInProcess].
func RecvTimeout(ctx context.Context, d time.Duration) (m Message, err error) {
	err = WithContext(ctx, func(c *Context) error {
		m, err = c.RecvTimeout(d)
		return err
	})
	return m, err
}

// TryRecv is [Context.TryRecv] of the process that ctx carries, or
// [ErrNotInProcess].
func TryRecv(ctx context.Context) (m Message, err error) {
	err = WithContext(ctx, func(c *Context) error {
		m, err = c.TryRecv()
		return err
	})
	return m, err
}

// Whereis returns who has the name, on this node or with the service of a [Via]. It
// returns an error that is [ErrNameNotFound] if nobody does, and [ErrNotInProcess] if
// ctx carries neither a process nor, by [NewContext], a runtime.
func Whereis(ctx context.Context, name Named) (pid.PID, error) {
	rt, _, err := actor(ctx)
	if err != nil {
		return pid.PID{}, err
	}
	return rt.whereis(ctx, name)
}
