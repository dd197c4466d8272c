package runtime

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

// Propagator carries values of the sender's context, such as the ids of a trace, to
// whoever handles the message. Its methods are called by many goroutines at once; a
// panic in one of them loses the values, not the message.
type Propagator interface {
	// Inject writes what is to travel with what is sent with ctx.
	Inject(ctx context.Context, carried map[string]string)
	// Extract returns ctx with what has travelled, see [Message.Context].
	Extract(ctx context.Context, carried map[string]string) context.Context
}

// ErrPropagatorSet tells that the runtime has a [Propagator] already.
var ErrPropagatorSet = errors.New("runtime has a propagator already")

// MaxCarriedBytes bounds what travels with one message. What is longer does not travel.
const MaxCarriedBytes = 1 << 10

// SetPropagator sets the propagator of all that is sent and received on rt. It can be
// set once: a second call returns [ErrPropagatorSet].
//
// What is sent or called with a context of the program's own ([Send], [Call] and the
// like) carries what Inject takes from that. What a process sends, spawns, or lets a
// timer send in its own name carries on what came with the message that it has received
// last. Source: OTP, seq_trace.
func (rt *Runtime) SetPropagator(p Propagator) error {
	if p == nil {
		return errors.New("propagator is nil")
	}
	if !rt.propagator.CompareAndSwap(nil, &p) {
		return ErrPropagatorSet
	}
	bits := int64(propagates)
	if _, is := p.(SpanPropagator); is {
		bits |= spans
	}
	rt.hooks.setPropagates(bits)
	return nil
}

// carried is a value with what travels beside it. Its fields are for the wire.
type carried struct {
	Value any
	With  map[string]string // not changed once it is here: many messages may share it
	At    time.Duration     `msgpack:"-"` // when it was sent, in uptime, if that is asked for
	Span  Span              `msgpack:"-"` // of its handling, see Context.BeginHandling; nil: none
}

// ImmutableTerm marks a carried as free to share: its value is a copy already.
func (carried) ImmutableTerm() {}

func init() { term.MustRegister[carried]("runtime.Carried") }

// carried returns what m was sent as, if it carries anything.
func (m Message) carried() (c carried, ok bool) {
	c, ok = m.plain().(carried)
	return c, ok
}

// forWire returns v, which goes to another node, without a wrapper of which nothing would
// get there.
func forWire(v any) any {
	if c, ok := v.(carried); ok && len(c.With) == 0 {
		return c.Value
	}
	return v
}

// bare returns v without what it carries.
func bare(v any) any {
	if c, ok := v.(carried); ok {
		return c.Value
	}
	return v
}

// isolateCarried is term.Isolate of what v is without what it carries, which is shared.
func isolateCarried(v any) (any, error) {
	c, ok := v.(carried)
	if !ok {
		return term.Isolate(v)
	}
	var err error
	c.Value, err = term.Isolate(c.Value)
	return c, err
}

// Context returns parent with what came with the message: what the [Propagator] of its
// sender's runtime gave, or the span of [Context.BeginHandling]. parent carries the
// process that has received it.
func (m Message) Context(parent context.Context) context.Context {
	c, _ := m.carried()
	if c.Span != nil {
		return spanContext(c.Span, parent)
	}
	if len(c.With) == 0 {
		return parent
	}
	rt, ok := RuntimeFrom(parent)
	if !ok {
		return parent
	}
	return rt.extract(parent, c.With)
}

func (rt *Runtime) extract(parent context.Context, with map[string]string) (ctx context.Context) {
	p := rt.propagator.Load()
	if p == nil {
		return parent
	}
	defer func() {
		if recover() != nil || ctx == nil {
			ctx = parent
		}
	}()
	return (*p).Extract(parent, with)
}

// carry returns v, which is isolated or will be encoded, with what is to travel with
// it when it is sent with ctx on behalf of p, or of the program if that is nil.
func (rt *Runtime) carry(ctx context.Context, p *process, to pid.Address, v any) any {
	if !rt.hooks.any() {
		return v
	}
	return rt.wrap(ctx, p, to, v)
}

// wrap is carry when there may be something to carry. The span of what is sent ends here.
//
//go:noinline
func (rt *Runtime) wrap(ctx context.Context, p *process, to pid.Address, v any) any {
	v, span := rt.wrapSpan(ctx, p, to, SpanSend, v)
	endSpan(span, nil)
	return v
}

// wrapSpan is wrap that leaves it to the caller to end the span, nil if there is none.
func (rt *Runtime) wrapSpan(ctx context.Context, p *process, to pid.Address, kind string, v any) (_ any, span Span) {
	c, already := v.(carried)
	if !already {
		c.Value = v
		if prop := rt.propagator.Load(); prop != nil {
			c.With, span = rt.beginCarry(*prop, ctx, p, to, kind, v)
		}
	}
	if rt.hooks.trace() || rt.hooks.measures() && rand.Uint32()%WaitedSample == 0 {
		c.At = rt.Uptime() + 1 // so that it is never 0
	}
	if len(c.With) == 0 && c.At == 0 {
		return v, span
	}
	return c, span
}

// beginCarry returns what travels with v, and the span of its sending.
func (rt *Runtime) beginCarry(prop Propagator, ctx context.Context, p *process, to pid.Address, kind string, v any) (map[string]string, Span) {
	with, own := toCarry(prop, ctx, p)
	if !rt.hooks.spans() {
		return with, nil
	}
	if own {
		ctx = p.carriedContext(ctx)
	}
	span := beginSending(prop, ctx, p, to, kind, v)
	if span != nil {
		with = inject(prop, spanContext(span, ctx))
	}
	return with, span
}

// toCarry returns what travels with what p sends with ctx, and whether that is what p
// carries on.
func toCarry(prop Propagator, ctx context.Context, p *process) (with map[string]string, own bool) {
	if c, is := ctx.(*Context); !is || c.Derives() {
		if with := inject(prop, ctx); len(with) > 0 {
			return with, false
		}
	}
	if p == nil {
		return nil, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rec.rareOf().carried, true
}

func inject(prop Propagator, ctx context.Context) (with map[string]string) {
	defer func() {
		if recover() != nil {
			with = nil
		}
	}()
	m := make(map[string]string)
	prop.Inject(ctx, m)
	size := 0
	for k, v := range m {
		size += len(k) + len(v)
	}
	if size > MaxCarriedBytes {
		return nil
	}
	return m
}

// noteCarried remembers what came with the message that p has received, for what it
// sends next, until it receives another one.
func (p *process) noteCarried(m Message) {
	c, _ := m.carried()
	with := c.With
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() && (with != nil || p.rec.rareOf().carried != nil || p.rec.rareOf().span != nil) {
		r := p.rareLocked()
		r.carried, r.span = with, nil
		r.carrier, _ = m.From()
	}
}

// withCarried returns ctx, that of a call, with what came with the call, if that is the
// message that p has received last.
func (p *process) withCarried(ctx context.Context, from From) context.Context {
	if p.rt.propagator.Load() == nil {
		return ctx
	}
	p.mu.Lock()
	r := p.rec.rareOf()
	with, span := r.carried, r.span
	if r.carrier != from {
		with, span = nil, nil
	}
	p.mu.Unlock()
	if span != nil {
		return spanContext(span, ctx)
	}
	if len(with) == 0 {
		return ctx
	}
	return p.rt.extract(ctx, with)
}

// inherit makes p, which nobody knows yet, carry on what its parent does.
func (p *process) inherit(parent *process) {
	parent.mu.Lock()
	from := *parent.rec.rareOf()
	parent.mu.Unlock()
	if from.carried != nil {
		p.rareLocked().carried = from.carried
	}
	if from.traced&TraceSpawned != 0 {
		p.setTraced(from.traced)
	}
}
