package runtime

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// Context is a process seen from inside: what its body acts with. It is a
// [context.Context] that is cancelled when the process gets its exit signal, with
// the exit reason as cause, so every Go call that takes a context obeys exits.
//
// Receiving, and DemonitorFlush, are for the process's own goroutine: of two that
// receive at once one gets [ErrConcurrentReceive]. Everything else may also be
// called by helper goroutines that the body has started. Once the process has
// ended, or has got its exit signal, every method fails: with the exit reason, or
// with [ErrTerminated].
type Context process

var _ context.Context = (*Context)(nil)

func (c *Context) process() *process { return (*process)(c) }

// String returns which process the context is of, and no more, as those of package
// context do.
func (c *Context) String() string { return "runtime.Context of " + c.PID().String() }

// PID returns the process's address.
func (c *Context) PID() pid.PID { return c.process().pid() }

// Runtime returns the runtime that the process belongs to.
func (c *Context) Runtime() *Runtime { return c.rt }

// SetTrapExit makes exit signals arrive as [signal.Exit] messages instead of
// ending the process, or not, and returns what was set before. Kill cannot be
// trapped. Source: OTP, process_flag(trap_exit, …).
func (c *Context) SetTrapExit(on bool) (was bool) {
	p := c.process()
	p.mu.Lock()
	defer p.mu.Unlock()
	was = p.trap
	if p.running() {
		p.trap = on
	}
	return was
}

// IsTrappingExits reports whether exit signals arrive as messages.
func (c *Context) IsTrappingExits() bool {
	p := c.process()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trap
}

// SetLabel sets a text for people, shown in reports and listings.
func (c *Context) SetLabel(label string) {
	p := c.process()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		p.recordLocked().label = label
	}
}

// Exit sends a process an exit signal. Reason kill ends it at once and cannot be
// trapped; normal is ignored by all but the process itself; any other ends it, or
// arrives as a message if it traps exits. To a process that is gone Exit succeeds
// and does nothing. It fails only for a process of another node that cannot be
// reached, and after this process's own end. Source: OTP, erlang:exit/2.
func (c *Context) Exit(to pid.PID, reason signal.ExitReason) error {
	p := c.process()
	if !p.running() {
		return p.failure()
	}
	return p.rt.sendExit(c, &p.state, p.pid(), to, reason)
}

// sendExit sends an exit signal. stop is the sender's state, nil if no process
// sends.
func (rt *Runtime) sendExit(ctx context.Context, stop *atomic.Uint32, from, to pid.PID, reason signal.ExitReason) error {
	if p, ok := rt.registry.Get(to); ok {
		rt.reapIf(p, p.acceptExit(stop, from, reason))
		return nil
	}
	if !to.IsRemote(rt.node.ID()) {
		return nil
	}
	env := signal.Envelope{Kind: signal.ExitSignal, From: from, Reason: reason}
	return rt.registry.Send(ctx, to, env)
}

// IsAlive reports whether a process of this node is Running.
func (c *Context) IsAlive(p pid.PID) bool { return c.rt.IsAlive(p) }

// Deadline implements context.Context: a process has none, but for one of
// [Runtime.Run] whose context has one.
func (c *Context) Deadline() (deadline time.Time, ok bool) {
	if !c.Derives() {
		return time.Time{}, false
	}
	return c.process().innerContext().Deadline()
}

// Derives reports whether the Context derives from another one, and so may have a
// deadline and values: that of [Runtime.Run].
func (c *Context) Derives() bool { return c.process().origin&derived != 0 }

// Done implements context.Context. The channel is closed when the process gets
// its exit signal, and when it has ended.
func (c *Context) Done() <-chan struct{} { return c.process().innerContext().Done() }

// Err implements context.Context: context.Canceled once Done is closed, and nil
// before. context.Cause returns the exit reason.
func (c *Context) Err() error {
	if c.process().running() {
		return nil
	}
	return c.process().innerContext().Err()
}

// processKey finds the process in a context.Context.
type processKey struct{}

// Value implements context.Context. A context that derives from a process's
// finds the process, see [FromContext].
func (c *Context) Value(key any) any {
	if _, ok := key.(processKey); ok {
		return c
	}
	return c.process().innerContext().Value(key)
}

// innerContext is a standard context that ends as p does. It is made when first
// asked for: few processes are. It makes context.Cause and derived contexts work
// without a goroutine each.
func (p *process) innerContext() context.Context {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.recordLocked()
	if r.inner == nil {
		base := r.rareOf().base
		if base == nil {
			base = context.Background()
		}
		r.inner, r.cancel = context.WithCancelCause(base)
	}
	if !p.running() {
		r.cancel(r.endError()) // closeDown does so too, but a moment after the state has told of the end
	}
	return r.inner
}
