package runtime

import (
	"context"
	"sync/atomic"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/term"
)

// Send sends v to a process, on this node or another. The receiver never shares
// memory with the sender: a value that holds slices, maps or pointers is copied,
// see [term.Isolate]. Send waits only if the receiver's mailbox is bounded, full,
// and of policy Block, or if the connection to its node is full.
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
		return p.sendAway(c, to, signal.Envelope{Kind: signal.Message, Value: p.rt.carry(c, p, toPID(to), v)})
	}
	v, err := term.Isolate(v)
	if err != nil {
		return &SendError{To: pid.Address{PID: to}, Err: err}
	}
	m := userMessage(v)
	if p.rt.hooks.any() {
		m = p.rt.hooked(c, p, toPID(to), m)
	}
	return q.accept(c, &p.state, m)
}

// TrySend is [Context.Send] that never waits: where Send would it returns
// [ErrMailboxFull], or the error of a connection that is full.
func (c *Context) TrySend(to pid.PID, v any) error {
	return c.rt.send(registry.NoWait(c), c.process(), to, v)
}

// SendRaw sends bytes, which are handed over: the sender must not touch b again.
// Otherwise it is [Context.Send]. Within a node it allocates nothing.
func (c *Context) SendRaw(to pid.PID, b []byte) error {
	p := c.process()
	q, ok := p.receiver(to)
	if !ok {
		return p.sendAway(c, to, signal.Envelope{Kind: signal.Raw, Value: b})
	}
	m := rawMessage(b)
	if p.rt.hooks.any() {
		m = p.rt.hooked(c, p, toPID(to), m)
	}
	return q.accept(c, &p.state, m)
}

// SendNamed is [Context.Send] to whoever has a name, on this node or another, or with
// a [NameService]. It returns a [*SendError] with [ErrNameNotFound], which is also an
// [ErrNoProc], if nobody on this node has it; on another node the name is looked up
// when the message gets there.
func (c *Context) SendNamed(to Named, v any) error {
	return c.rt.sendNamed(c, c.process(), to, v)
}

// TrySendNamed is [Context.SendNamed] that never waits, as [Context.TrySend].
func (c *Context) TrySendNamed(to Named, v any) error {
	return c.rt.sendNamed(registry.NoWait(c), c.process(), to, v)
}

// Send sends v to a process in the name of the program: no process is its sender.
// Otherwise it is [Context.Send]. ctx bounds the wait for room in a bounded
// mailbox.
func (rt *Runtime) Send(ctx context.Context, to pid.PID, v any) error {
	return rt.send(ctx, nil, to, v)
}

// TrySend is [Runtime.Send] that never waits, as [Context.TrySend].
func (rt *Runtime) TrySend(to pid.PID, v any) error {
	return rt.send(registry.NoWait(context.Background()), nil, to, v)
}

// SendNamed is [Runtime.Send] to whoever has a name.
func (rt *Runtime) SendNamed(ctx context.Context, to Named, v any) error {
	return rt.sendNamed(ctx, nil, to, v)
}

// TrySendNamed is [Runtime.SendNamed] that never waits, as [Context.TrySend].
func (rt *Runtime) TrySendNamed(to Named, v any) error {
	return rt.sendNamed(registry.NoWait(context.Background()), nil, to, v)
}

// Send is [Context.Send] of the process that ctx carries or, with a ctx of
// [NewContext], [Runtime.Send]. It also waits no longer than until ctx ends. Without
// both it returns [ErrNotInProcess].
func Send(ctx context.Context, to pid.PID, v any) error {
	rt, p, err := actor(ctx)
	if err != nil {
		return err
	}
	return rt.send(ctx, p, to, v)
}

// TrySend is [Send] that never waits, as [Context.TrySend].
func TrySend(ctx context.Context, to pid.PID, v any) error {
	return Send(registry.NoWait(ctx), to, v)
}

// SendNamed is [Send] to whoever has a name.
func SendNamed(ctx context.Context, to Named, v any) error {
	rt, p, err := actor(ctx)
	if err != nil {
		return err
	}
	return rt.sendNamed(ctx, p, to, v)
}

// TrySendNamed is [SendNamed] that never waits, as [Context.TrySend].
func TrySendNamed(ctx context.Context, to Named, v any) error {
	return SendNamed(registry.NoWait(ctx), to, v)
}

// SendRaw is [Context.SendRaw] as [Send] is [Context.Send].
func SendRaw(ctx context.Context, to pid.PID, b []byte) error {
	rt, p, err := actor(ctx)
	if err != nil {
		return err
	}
	if q, ok := rt.registry.Get(to); ok {
		return q.accept(waiting(ctx), p.stop(), rawMessage(b))
	}
	return rt.sendAway(ctx, p, pid.Address{PID: to}, signal.Envelope{Kind: signal.Raw, Value: b})
}

// send sends v on behalf of p, or of the program if that is nil.
func (rt *Runtime) send(ctx context.Context, p *process, to pid.PID, v any) error {
	q, ok := rt.registry.Get(to)
	if !ok {
		return rt.sendAway(ctx, p, pid.Address{PID: to}, signal.Envelope{Kind: signal.Message, Value: rt.carry(ctx, p, toPID(to), v)})
	}
	v, err := term.Isolate(v)
	if err != nil {
		return &SendError{To: pid.Address{PID: to}, Err: err}
	}
	m := userMessage(v)
	if rt.hooks.any() {
		m = rt.hooked(ctx, p, toPID(to), m)
	}
	return q.accept(waiting(ctx), p.stop(), m)
}

func (rt *Runtime) sendNamed(ctx context.Context, p *process, to Named, v any) error {
	if !p.maySend() {
		return ErrTerminated
	}
	switch to := to.(type) {
	case string:
		return rt.sendName(ctx, p, pid.Name{Name: to}, v)
	case pid.Name:
		return rt.sendName(ctx, p, to, v)
	case Via:
		return to.send(rt.acting(ctx, p), v)
	}
	return &SendError{Err: notNamed(to)}
}

func (rt *Runtime) sendName(ctx context.Context, p *process, to pid.Name, v any) error {
	if to.IsRemote(rt.node.ID()) {
		return rt.sendAway(ctx, p, pid.Address{Name: to}, signal.Envelope{Kind: signal.Message, Value: rt.carry(ctx, p, pid.Address{Name: to}, v)})
	}
	_, q, ok := rt.registry.LookupName(to.Name)
	if !ok {
		return &SendError{To: pid.Address{Name: to}, Err: ErrNameNotFound}
	}
	v, err := term.Isolate(v)
	if err != nil {
		return &SendError{To: pid.Address{Name: to}, Err: err}
	}
	m := userMessage(v)
	if rt.hooks.any() {
		m = rt.hooked(ctx, p, pid.Address{Name: to}, m)
	}
	return q.accept(waiting(ctx), p.stop(), m)
}

// sendAway sends to a process that is not in this node's table: one of another
// node, or one that is gone.
func (p *process) sendAway(ctx context.Context, to pid.PID, env signal.Envelope) error {
	return p.rt.sendAway(ctx, p, pid.Address{PID: to}, env)
}

func (rt *Runtime) sendAway(ctx context.Context, p *process, to pid.Address, env signal.Envelope) error {
	if !p.maySend() {
		return ErrTerminated
	}
	if p != nil {
		env.From = p.pid()
	}
	if p != nil && rt.hooks.trace() && env.Kind == signal.Message {
		p.traceSent(to, userMessage(env.Value))
	}
	env.Value = forWire(env.Value)
	return rt.route(ctx, to, env)
}

// hooked returns m as it is to be sent on behalf of p, or of the program if that is nil,
// and tells of it.
//
//go:noinline
func (rt *Runtime) hooked(ctx context.Context, p *process, to pid.Address, m Message) Message {
	if m.kind == KindUser {
		m.value = rt.wrap(ctx, p, to, m.value)
	}
	if rt.hooks.trace() {
		p.traceSent(to, m)
	}
	return m
}

// maySend reports whether what p sends may get out; the program, nil, may always.
func (p *process) maySend() bool { return p == nil || p.running() }

// stop returns what tells a receiver's mailbox that nothing of p may be queued any
// more: see process.state.
func (p *process) stop() *atomic.Uint32 {
	if p == nil || p.isCaller() {
		return nil
	}
	return &p.state
}

// waiting returns the context in which a send waits for room in a mailbox: nil if it
// is not to wait at all.
func waiting(ctx context.Context) context.Context {
	if registry.MayWait(ctx) {
		return ctx
	}
	return nil
}

// acting returns ctx as one that carries in whose name it acts.
func (rt *Runtime) acting(ctx context.Context, p *process) context.Context {
	if _, q, err := actor(ctx); err == nil && q == p {
		return ctx
	}
	if p != nil {
		return NewProcessScope((*Context)(p)).Enter(ctx)
	}
	return NewContext(ctx, rt)
}
