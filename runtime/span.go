package runtime

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/internal/system"
)

// SpanPropagator is a [Propagator] that is also told of what is sent and handled, to
// have a span of a trace for it. What is said of the methods of a Propagator holds for
// its own. The requests of those who look at processes and steer them are no part of it.
type SpanPropagator interface {
	Propagator
	// Sending is called before something is sent. ctx has what the sender carries on,
	// and the message carries what Inject then takes from ctx with the Span in it. nil
	// is no span.
	Sending(ctx context.Context, s Sending) Span
	// Handling is called before something is handled. ctx has what came with it, and the
	// handler's context has the Span. nil is no span.
	Handling(ctx context.Context, h Handling) Span
}

// Span is something that has a begin and an end.
type Span interface {
	// Context returns parent with the span in it.
	Context(parent context.Context) context.Context
	// End is called once. err is what went wrong, nil if nothing did.
	End(err error)
}

// The kinds of what is sent and handled.
const (
	SpanCall = "call" // its span ends with the reply, or with the handler
	SpanCast = "cast"
	SpanSend = "send" // any other message
	SpanTask = "task" // a function in a process of its own
)

// Sending says what is sent. The span of what is no call ends before it is queued.
type Sending struct {
	From  pid.PID // zero: the program
	To    pid.Address
	Kind  string
	Value any // what the program gave: not to be kept, nor changed
}

// Handling says what is handled.
type Handling struct {
	PID   pid.PID // of the process; set by the runtime
	Type  string  // of the server, or what the process runs
	Kind  string
	Value any // what the program gets: not to be kept, nor changed; nil: nothing
}

// HandleTracer is a [Tracer] that is also told of what servers have handled. While there
// is one, it is looked twice at the clock for each message that a server handles, and one
// message in [WaitedSample] takes a note along of when it was sent.
type HandleTracer interface {
	Tracer
	Handled(Handled)
}

// WaitedSample is how many messages there are to one whose time in the mailbox is known.
const WaitedSample = 16

// Handled says what a server has handled. A task is no server.
type Handled struct {
	PID    pid.PID
	Type   string // of the server
	Kind   string
	Took   time.Duration
	Waited time.Duration // from when it was sent, on this node; 0: not known
	Err    error         // what the server's method returned
}

// Observed reports whether [Context.BeginHandling] has anything to do. It costs one load.
func (c *Context) Observed() bool { return c.rt.hooks.observed() }

// BeginHandling is for packages that build behaviours, and for processes that receive by
// themselves: it tells that m, the message received last, is about to be handled. It
// returns m as it is to be handled, whose Context has the span, and what is to be called
// with the error, or nil, at the end. What the process sends in its own name from now on
// belongs to that span, until it receives another message.
//
// A process that does not call it carries on what came with the message, without a span.
func (c *Context) BeginHandling(m Message, h Handling) (Message, func(error)) {
	if _, is := h.Value.(system.Request); is || !c.Observed() {
		return m, noSpan
	}
	p := c.process()
	h.PID = p.pid()
	span := p.beginSpan(m, h)
	if span != nil {
		m = m.within(span)
	}
	if !p.rt.hooks.measures() {
		return m, func(err error) { endSpan(span, err) }
	}
	done := Handled{PID: h.PID, Type: h.Type, Kind: h.Kind, Waited: p.waited(m)}
	begun := p.rt.Uptime()
	return m, func(err error) {
		done.Took, done.Err = p.rt.Uptime()-begun, err
		if h.Kind != SpanTask {
			p.rt.tracers.tell(func(t Tracer) {
				if t, ok := t.(HandleTracer); ok {
					t.Handled(done)
				}
			})
		}
		endSpan(span, err)
	}
}

// beginSpan begins the span of what p handles, nil if there is none, and makes p carry it
// on.
func (p *process) beginSpan(m Message, h Handling) (span Span) {
	prop := p.rt.propagator.Load()
	if prop == nil {
		return nil
	}
	sp, is := (*prop).(SpanPropagator)
	if !is {
		return nil
	}
	ctx := m.Context((*Context)(p))
	guarded(func() { span = sp.Handling(ctx, h) })
	if span == nil {
		return nil
	}
	with := inject(*prop, spanContext(span, (*Context)(p)))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		r := p.rareLocked()
		r.carried, r.span = with, span
		r.carrier, _ = m.From()
	}
	return span
}

// within returns m with the span of its handling in place of what came with it.
func (m Message) within(span Span) Message {
	c, _ := m.carried()
	c.Value, c.Span = bare(m.plain()), span
	if r, is := m.value.(*request); is && m.kind == KindCall {
		own := *r
		own.value = c
		m.value = &own
		return m
	}
	if m.kind == KindUser {
		m.value = c
	}
	return m
}

// plain returns what m has as its value, or its request's.
func (m Message) plain() any {
	if r, is := m.value.(*request); is && m.kind == KindCall {
		return r.value
	}
	return m.value
}

// waited returns how long m was in p's mailbox, 0 if that is not known.
func (p *process) waited(m Message) time.Duration {
	if c, _ := m.carried(); c.At != 0 {
		return p.rt.Uptime() + 1 - c.At
	}
	return 0
}

// Carrying returns an empty message with what a message that is sent with ctx would
// carry: for [Context.CarryOn] and [Context.BeginHandling] of work that one process has
// given to another.
func Carrying(ctx context.Context) Message {
	rt, p, err := actor(ctx)
	if err != nil || !rt.hooks.carry() {
		return Message{}
	}
	with, _ := toCarry(*rt.propagator.Load(), ctx, p)
	if len(with) == 0 {
		return Message{}
	}
	return userMessage(carried{With: with})
}

// CarriedContext returns the process's context with the values of what it carries on:
// what came with the message that it received last, or what its spawner has carried on.
// It is for what the process does in its own name with libraries that look for values in
// a context.
func (c *Context) CarriedContext() context.Context {
	return c.process().carriedContext(c)
}

// CarryOn makes the process carry on what m does, as if it had received m.
func (c *Context) CarryOn(m Message) {
	if c.rt.hooks.carry() {
		c.process().noteCarried(m)
	}
}

// carriedContext returns parent with what p carries on.
func (p *process) carriedContext(parent context.Context) context.Context {
	if !p.rt.hooks.carry() {
		return parent
	}
	p.mu.Lock()
	r := p.rec.rareOf()
	with, span := r.carried, r.span
	p.mu.Unlock()
	switch {
	case span != nil:
		return spanContext(span, parent)
	case len(with) > 0:
		return p.rt.extract(parent, with)
	}
	return parent
}

// beginCall returns req with what travels with it, and what is to be called at the end of
// the call.
//
//go:noinline
func (rt *Runtime) beginCall(ctx context.Context, p *process, to pid.Address, req any) (carrying any, done func(error)) {
	carrying, span := rt.wrapSpan(ctx, p, to, SpanCall, req)
	return carrying, func(err error) { endSpan(span, err) }
}

// errorOf returns the error that a call has ended with, or was answered with.
func errorOf(reply any, err error) error {
	if f, is := reply.(system.Failure); is && err == nil {
		return f.Failure()
	}
	return err
}

// noSpan is what is called at the end of a call without a span.
func noSpan(error) {}

// beginSending begins the span of what is sent, nil if there is none.
func beginSending(prop Propagator, ctx context.Context, p *process, to pid.Address, kind string, v any) (span Span) {
	sp, is := prop.(SpanPropagator)
	if !is {
		return nil
	}
	if w, is := v.(system.Kinded); is {
		kind, v = w.Kind(), w.Unwrapped()
	}
	if _, is := v.(system.Request); is {
		return nil
	}
	s := Sending{To: to, Kind: kind, Value: v}
	if p != nil && !p.isCaller() {
		s.From = p.pid()
	}
	guarded(func() { span = sp.Sending(ctx, s) })
	return span
}

func endSpan(span Span, err error) {
	if span != nil {
		guarded(func() { span.End(err) })
	}
}

// spanContext returns parent with the span in it.
func spanContext(span Span, parent context.Context) (ctx context.Context) {
	ctx = parent
	guarded(func() {
		if c := span.Context(parent); c != nil {
			ctx = c
		}
	})
	return ctx
}

// guarded calls what the program has written: a panic in it loses a span, or values.
func guarded(f func()) {
	defer func() { _ = recover() }()
	f()
}
