package genserver

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// Context is what a server's methods act with: its process, and what they can ask the
// server loop for.
//
// As a context.Context, that of HandleCall is the request's: it has the deadline of the
// caller's context and the values that a [Propagator] carries, and ends when the caller
// does not wait any more, with cause [runtime.ErrCallOver], and when the server gets its
// exit signal. So a call that HandleCall makes with it ends with the request that it is
// for. It stays the request's after HandleCall has returned, for helper goroutines too.
// That of HandleCast and HandleInfo has the values that came with the message, and ends
// with the server, as that of all other methods does.
//
// All else of a Context is for these methods, and what they call, alone; helper
// goroutines use the process's own Context inside it.
type Context struct {
	*runtime.Context
	server  *server
	message runtime.Message                 // the call that it is for; zero: none
	made    atomic.Pointer[context.Context] // what scope returns; nil: yet to be made, or the process's own
}

// longest is a timeout that nobody lives to see: longer ones would overflow.
const longest = time.Duration(math.MaxInt64 / 2)

// asked is what a server's methods, and its alarm, have asked the loop for, besides what
// is rare.
type asked struct {
	due         time.Duration // end of the timeout, in uptime
	rung        atomic.Uint32 // bits, set by alarms in their goroutines: what the loop is to look at
	timed       bool          // there is a timeout
	hibernating bool          // sleeps as soon as there is no mail
}

// Bits of asked.rung.
const (
	rungOwn  = 1 << iota // the loop's times
	rungMore             // those of an [Alarmed]
)

// Continue makes the server call HandleContinue with v when the present method has
// returned, before it looks at any other message. More than one are done in order.
// Source: OTP, gen_server:handle_continue/2.
func (c *Context) Continue(v any) {
	r := c.server.makeRare()
	r.next = append(r.next, v)
}

// Stop makes the server stop with reason when the present method has returned.
// What HandleCall replies is sent when the server has ended and its name is free. A
// second Stop changes nothing.
func (c *Context) Stop(reason signal.ExitReason) {
	if r := c.server.makeRare(); r.stop == nil {
		r.stop = &reason
	}
}

// SetTimeout makes the server call HandleTimeout if no message has come when d is
// over. Any message ends the timeout: a method that wants another sets another.
// With d <= 0 HandleTimeout is called unless there is a message already. Requests
// such as [GetState] do not count as messages here.
// Source: OTP, gen_server, timeout().
func (c *Context) SetTimeout(d time.Duration) {
	a := &c.server.asked
	a.due, a.timed = c.Runtime().Uptime()+min(d, longest), true
}

// CancelTimeout ends the timeout, if there is one.
func (c *Context) CancelTimeout() { c.server.asked.timed = false }

// Hibernate makes the server give its goroutine back as soon as it has nothing to
// do, without waiting for the time of [Options].HibernateAfter. For servers that
// know that they will be idle. Source: OTP, gen_server, the action hibernate.
func (c *Context) Hibernate() { c.server.asked.hibernating = true }

// CallContext returns the context of a call that the server has yet to reply to: see
// [Context]. It lasts when the method has returned.
func (c *Context) CallContext(from From) context.Context {
	if own, ok := c.message.From(); ok && From(own) == from {
		return c.scope()
	}
	return c.Context.CallContext(runtime.From(from))
}

// Deadline implements context.Context.
func (c *Context) Deadline() (deadline time.Time, ok bool) { return c.scope().Deadline() }

// Done implements context.Context.
func (c *Context) Done() <-chan struct{} { return c.scope().Done() }

// Err implements context.Context.
func (c *Context) Err() error { return c.scope().Err() }

// Value implements context.Context.
func (c *Context) Value(key any) any { return c.scope().Value(key) }

// String returns what the context is, as those of package context do.
func (c *Context) String() string { return "genserver.Context" }

// scope returns the context whose deadline, end and values c has. That of a call is made
// when it is first asked for: most handlers do not.
func (c *Context) scope() context.Context {
	if made := c.made.Load(); made != nil {
		return *made
	}
	from, is := c.message.From()
	if !is {
		return c.Context
	}
	ctx := c.message.Context(c.Context.CallContext(from))
	if r, ok := c.message.Value().(request); ok {
		ctx = r.withDeadline(ctx)
	}
	ctx = c.server.limitCalls(ctx)
	c.made.CompareAndSwap(nil, &ctx) // helper goroutines may ask at the same time
	return *c.made.Load()
}

// limitCalls returns ctx with the server's own limit for the calls that are made with it.
func (s *server) limitCalls(ctx context.Context) context.Context {
	limit := s.rareOf().callTimeout
	if limit == 0 {
		return ctx
	}
	return runtime.WithCallTimeout(ctx, limit)
}

// contextOf returns the Context for a message: the server's own unless the message is a
// call or carries something.
func (s *server) contextOf(m runtime.Message) *Context {
	if m.Kind() == runtime.KindCall {
		return &Context{Context: s.ctx.Context, server: s, message: m}
	}
	ctx := m.Context(s.ctx.Context)
	if ctx == context.Context(s.ctx.Context) {
		return &s.ctx
	}
	c := &Context{Context: s.ctx.Context, server: s}
	ctx = s.limitCalls(ctx)
	c.made.Store(&ctx)
	return c
}

// plain returns the context that a server's Context has its deadline, end and values
// from: what follows recognises a process's own, and spares watching it.
func plain(ctx context.Context) context.Context {
	if c, ok := ctx.(*Context); ok {
		return c.scope()
	}
	return ctx
}
