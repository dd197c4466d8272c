package genserver

import (
	"context"
	"math"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// Context is what a server's methods act with: its process, and what they can ask
// the server loop for. It is for these methods, and what they call, alone; helper
// goroutines use the process's own Context inside it.
type Context struct {
	*runtime.Context
	next        []any              // what HandleContinue is to be called with
	stop        *signal.ExitReason // nil: goes on
	due         time.Duration      // end of the timeout, in uptime
	timed       bool               // there is a timeout
	hibernating bool               // sleeps as soon as there is no mail
	wrapping    *wrapping          // of the call that is being handled
}

// longest is a timeout that nobody lives to see: longer ones would overflow.
const longest = time.Duration(math.MaxInt64 / 2)

// wrapping is what came with a request beside its value.
type wrapping struct {
	from From
	request
}

// Continue makes the server call HandleContinue with v when the present method has
// returned, before it looks at any other message. More than one are done in order.
// Source: OTP, gen_server:handle_continue/2.
func (c *Context) Continue(v any) { c.next = append(c.next, v) }

// Stop makes the server stop with reason when the present method has returned.
// What HandleCall replies is sent after Terminate has run. A second Stop changes
// nothing.
func (c *Context) Stop(reason signal.ExitReason) {
	if c.stop == nil {
		c.stop = &reason
	}
}

// SetTimeout makes the server call HandleTimeout if no message has come when d is
// over. Any message ends the timeout: a method that wants another sets another.
// With d <= 0 HandleTimeout is called unless there is a message already. Requests
// such as [GetState] do not count as messages here.
// Source: OTP, gen_server, timeout().
func (c *Context) SetTimeout(d time.Duration) {
	c.due, c.timed = c.Runtime().Uptime()+min(d, longest), true
}

// CancelTimeout ends the timeout, if there is one.
func (c *Context) CancelTimeout() { c.timed = false }

// Hibernate makes the server give its goroutine back as soon as it has nothing to
// do, without waiting for the time of [Options].HibernateAfter. For servers that
// know that they will be idle. Source: OTP, gen_server, the action hibernate.
func (c *Context) Hibernate() { c.hibernating = true }

// CallContext returns the context of a call: it derives from the server's own, is
// cancelled with cause [runtime.ErrCallOver] when the caller does not wait any
// more, and, as long as HandleCall of this call has not returned, is made with the
// deadline of the caller's context and the values of the runtime's [Propagator].
// It may be used after HandleCall has returned, by helper goroutines too.
func (c *Context) CallContext(from From) context.Context {
	ctx := c.Context.CallContext(runtime.From(from))
	if c.wrapping == nil || c.wrapping.from != from {
		return ctx
	}
	return c.wrapping.withDeadline(ctx)
}

// plain returns the process's own Context in place of the server's: what follows
// recognises it and spares watching it.
func plain(ctx context.Context) context.Context {
	if c, ok := ctx.(*Context); ok {
		return c.Context
	}
	return ctx
}
