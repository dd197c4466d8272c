package runtime

import (
	"context"
	"sync/atomic"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
)

// Send sends v to a process, on this node or another. The receiver never shares
// memory with the sender: a value that holds slices, maps or pointers is copied,
// see [term.Isolate]. Send waits only if the receiver's mailbox is bounded, full,
// and of policy Block, or if the link to its node is full.
//
// It returns a [*SendError]: [ErrNoProc] if the process has ended,
// [ErrMailboxFull], or that the value cannot be sent. None is fatal. For a
// process of another node nil means that the message is on its way. Only values
// whose type has a wire name can go there, see [term.Register]: others are refused
// with [term.ErrNotRegistered].
func (c *Context) Send(to pid.PID, v any) error {
	p := c.process()
	q, ok := p.receiver(to)
	if !ok {
		return p.sendAway(to, signal.Envelope{Kind: signal.Message, Value: v})
	}
	v, err := term.Isolate(v)
	if err != nil {
		return &SendError{To: pid.Address{PID: to}, Err: err}
	}
	return q.accept(c, &p.state, userMessage(v))
}

// SendRaw sends bytes, which are handed over: the sender must not touch b again.
// Otherwise it is [Context.Send]. Within a node it allocates nothing.
func (c *Context) SendRaw(to pid.PID, b []byte) error {
	p := c.process()
	q, ok := p.receiver(to)
	if !ok {
		return p.sendAway(to, signal.Envelope{Kind: signal.Raw, Value: b})
	}
	return q.accept(c, &p.state, rawMessage(b))
}

// sendAway sends to a process that is not in this node's table: one of another
// node, or one that is gone.
func (p *process) sendAway(to pid.PID, env signal.Envelope) error {
	if !p.running() {
		return ErrTerminated
	}
	env.From = p.pid()
	return p.rt.registry.Send((*Context)(p), to, env)
}

// SendNamed is [Context.Send] to whoever has the registered name on this node. It
// returns a [*SendError] with [ErrNameNotFound] if nobody has it.
func (c *Context) SendNamed(name string, v any) error {
	return c.SendTo(pid.Name{Name: name}, v)
}

// SendTo is [Context.SendNamed] for a name on any node. On another node the name
// is looked up when the message gets there.
func (c *Context) SendTo(to pid.Name, v any) error {
	p := c.process()
	return p.rt.sendNamed(c, &p.state, p.pid(), to, v)
}

func (rt *Runtime) sendNamed(ctx context.Context, stop *atomic.Uint32, from pid.PID, to pid.Name, v any) error {
	if stop != nil && State(stop.Load()) != Running {
		return ErrTerminated
	}
	if !rt.isHere(to) {
		env := signal.Envelope{Kind: signal.Message, From: from, Value: v}
		return rt.registry.SendNamed(ctx, to, env)
	}
	_, q, ok := rt.registry.LookupName(to.Name)
	if !ok {
		return &SendError{To: pid.Address{Name: to}, Err: ErrNameNotFound}
	}
	v, err := term.Isolate(v)
	if err != nil {
		return &SendError{To: pid.Address{Name: to}, Err: err}
	}
	return q.accept(ctx, stop, userMessage(v))
}
