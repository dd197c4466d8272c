package runtime

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/internal/reply"
	"github.com/starlang-go/starlang/term"
)

// From is the return address of a call: who called, and the alias under which the
// caller waits. It may be kept and passed to other processes; whoever has it can
// reply with [Context.Reply].
type From struct {
	PID pid.PID
	Ref pid.Ref
}

// ImmutableTerm marks a From as free to share between processes.
func (From) ImmutableTerm() {}

// request is the message of a call.
type request struct {
	value   any
	from    From
	caller  *process // nil: of another node
	watched *pid.Ref // under what the caller watches us, zero if it does not; nil: from.Ref
}

// newRequest returns the request of a caller on another node.
func newRequest(env *signal.Envelope) *request {
	r := &request{value: env.Value, from: From{env.From, env.ReplyTo.Ref()}}
	if env.Ref != r.from.Ref {
		watched := env.Ref
		r.watched = &watched
	}
	return r
}

// watch returns under which reference the caller watches the process that it has called.
func (r *request) watch() pid.Ref {
	if r.watched != nil {
		return *r.watched
	}
	return r.from.Ref
}

// call is a call that waits for its reply. Once it has left the calls table, which happens
// under the caller's mu, nobody but the caller holds it. A process keeps one to use it
// again: whoever takes it out of the table leaves it in the record, and the caller says
// when it has read the result.
type call struct {
	caller *process
	inUse  atomic.Bool // from startCall to the end of endCall. Invariant: one in use is taken by no other call
	ref    pid.Ref
	value  any
	err    error
	done   mailbox.Event // happens once the call has left the table
	timer  *time.Timer
	when   callTime // its due is 0 while no call waits; guarded by the caller's mu
	armed  instant  // when timer fires, 0: it does not; guarded by the caller's mu
	to     pid.Address
	callee *process // nil: of another node, or gone
	away   bool     // the request went to another node

	over chan struct{} // see requestContext; guarded by the caller's mu; nil until asked for
}

// Call sends a process a request and waits for the reply, which must be a T. ctx
// is a process's [Context], or derives from one or from a [NewContext]; its deadline and
// cancellation bound the wait. Without a deadline that is at most [Config].CallTimeout,
// see [WithCallTimeout]; the error is then [ErrTimeout]. The callee gets the request as a message of [KindCall] and
// answers with [Context.Reply].
//
// Call returns at once when the callee dies: its error is then a [*RuntimeError]
// with the exit reason, noproc if it was dead before. A reply that comes after
// Call has returned is dropped. What else arrives meanwhile stays in the mailbox,
// in order, and does not make the call slower.
func Call[T any](ctx context.Context, to pid.PID, req any) (T, error) {
	v, err := callAny(ctx, toPID(to), req)
	return replyAs[T](toPID(to), v, err)
}

// CallTimeout is [Call] that waits for d at the most and then returns a
// [*RuntimeError] with [ErrTimeout]. It costs less than a context with a deadline.
func CallTimeout[T any](c *Context, to pid.PID, req any, d time.Duration) (T, error) {
	p := c.process()
	done := noSpan
	if p.rt.hooks.any() {
		req, done = p.rt.beginCall(c, p, toPID(to), req)
	}
	v, err := p.call(toPID(to), req, p.rt.callTime(d), nil)
	done(errorOf(v, err))
	return replyAs[T](toPID(to), v, err)
}

// callAny is the part of a call that is the same for all types of replies.
func callAny(ctx context.Context, to pid.Address, req any) (any, error) {
	if c, ok := ctx.(*Context); ok && c != nil && c.process().origin&boundsCalls == 0 && !c.rt.hooks.any() {
		p := c.process()
		return p.call(to, req, p.rt.usualCallTime(), nil)
	}
	rt, p, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	if !rt.hooks.any() {
		return callWith(ctx, rt, p, to, req)
	}
	req, done := rt.beginCall(ctx, p, to, req)
	v, err := callWith(ctx, rt, p, to, req)
	done(errorOf(v, err))
	return v, err
}

// callWith calls on behalf of p, or of the program if that is nil.
func callWith(ctx context.Context, rt *Runtime, p *process, to pid.Address, req any) (any, error) {
	if ctx.Err() != nil {
		return nil, &RuntimeError{"call", to, context.Cause(ctx)}
	}
	if p == nil {
		p = rt.caller()
	}
	watched, when := watchable(ctx), rt.callTimeOf(ctx)
	if watched == nil {
		return p.call(to, req, when, nil)
	}
	var stop func() bool
	v, err := p.call(to, req, when, func(w *call, p *process) {
		ref := w.ref
		stop = context.AfterFunc(watched, func() {
			p.finishCall(ref, nil, context.Cause(watched))
		})
	})
	if stop != nil {
		stop()
	}
	return v, err
}

// watchable returns the part of ctx whose end a call has to watch for, nil if there is
// none: a process's own ends its calls by itself.
func watchable(ctx context.Context) context.Context {
	for {
		limit, ok := ctx.(*callLimit)
		if !ok {
			break
		}
		ctx = limit.Context
	}
	if _, own := ctx.(*Context); own || ctx.Done() == nil {
		return nil
	}
	return ctx
}

func replyAs[T any](to pid.Address, v any, err error) (r T, _ error) {
	if err != nil {
		return r, err
	}
	if r, err = reply.As[T](v, ErrReplyType); err != nil {
		return r, &RuntimeError{"call", to, err}
	}
	return r, nil
}

// call makes a call and waits for its end, or until it is due. limit, unless it is nil,
// is called once the call can be found, to bound the wait in another way.
func (p *process) call(to pid.Address, req any, when callTime, limit func(*call, *process)) (any, error) {
	w, err := p.startCall(to, when)
	if err != nil {
		return nil, &RuntimeError{"call", to, err}
	}
	if limit != nil {
		limit(w, p)
	}
	if p.rt.hooks.trace() {
		p.traceSent(to, Message{value: &request{value: req}, kind: KindCall})
	}
	if err := p.sendRequest(w, req); err != nil {
		p.finishCall(w.ref, nil, err)
	}
	w.done.Wait() // somebody always ends it: reply, down, limit, or our own exit
	v, err := p.endCall(w)
	if p.rt.tracers.on() {
		p.traceCall(to, req, when.begun, errorOf(v, err))
	}
	return v, err
}

// startCall enters a call into the table.
func (p *process) startCall(to pid.Address, when callTime) (*call, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.mayCall() {
		return nil, ErrTerminated
	}
	r := p.recordLocked()
	w := r.takeCall()
	if w == nil {
		w = &call{caller: p}
	}
	w.inUse.Store(true)
	w.ref, w.to, w.when = p.rt.node.NextRef(), to, when
	r.calls.put(w.ref, w)
	w.boundLocked()
	return w, nil
}

// takeCall returns the call that is kept, nil if there is none whose result was read.
func (r *record) takeCall() *call {
	w := r.freeCall
	if w == nil || w.inUse.Load() {
		return nil
	}
	r.freeCall = nil
	return w
}

// endCall takes the result of a call that has left the table, and the call out of
// the callee. It does without the caller's mu: whoever has ended the call may still hold it.
func (p *process) endCall(w *call) (v any, err error) {
	v, err = w.value, w.err
	switch {
	case w.callee != nil:
		w.callee.forgetWatcher(w.ref)
	case w.away:
		p.rt.signalAwayTo(w.to, signal.Envelope{Kind: signal.Demonitor, From: p.pid(), Ref: w.ref})
	}
	w.value, w.err, w.callee, w.away = nil, nil, nil, false
	w.inUse.Store(false)
	return v, err
}

// sendRequest brings the request to the callee, which from then on knows that it
// has to tell the caller of its end.
func (p *process) sendRequest(w *call, req any) error {
	q, away := p.find(w.to)
	if away {
		w.away = true
		env := signal.Envelope{
			Kind: signal.Call, From: p.pid(), Ref: w.ref, ReplyTo: signal.ReplyToRef(w.ref), Value: forWire(req),
		}
		return p.rt.route((*requestContext)(w), w.to, env)
	}
	if q == p {
		return ErrCallSelf
	}
	v, err := isolateCarried(req)
	if err != nil {
		return err
	}
	if q == nil && w.to.PID.IsZero() {
		return ErrNameNotFound
	}
	if q == nil {
		return ErrNoProc
	}
	w.callee = q
	return q.acceptCall((*requestContext)(w), p.stop(), &request{value: v, from: From{p.pid(), w.ref}, caller: p})
}

// find returns the process at an address, nil if there is none, or that the
// address is on another node.
func (p *process) find(to pid.Address) (q *process, away bool) {
	if !to.PID.IsZero() {
		if p.isCaller() {
			q, _ = p.rt.registry.Get(to.PID) // what one of the program's calls finds is of no use to the next
		} else {
			q, _ = p.receiver(to.PID)
		}
		return q, q == nil && to.PID.IsRemote(p.rt.node.ID())
	}
	if to.Name.IsRemote(p.rt.node.ID()) {
		return nil, true
	}
	_, q, _ = p.rt.registry.LookupName(to.Name.Name)
	return q, false
}

// acceptCall queues a request and notes who waits for it.
func (p *process) acceptCall(ctx context.Context, stop *atomic.Uint32, r *request) error {
	if !p.watchCall(r) {
		return ErrNoProc
	}
	err := p.box.SendUnless(ctx, stop, Message{value: r, kind: KindCall})
	if err == nil || errors.Is(err, mailbox.ErrClosed) {
		return nil // if closed: p has begun to end, and its end tells the caller why
	}
	p.forgetWatcher(r.watch())
	return p.refused(err)
}

func (p *process) watchCall(r *request) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return false
	}
	if r.watch().IsZero() {
		return true
	}
	p.recordLocked().watchers.put(r.watch(), watcher{process: r.caller, pid: r.from.PID})
	return true
}

// acceptRemoteCall is acceptCall for a caller on another node.
func (p *process) acceptRemoteCall(ctx context.Context, env signal.Envelope) error {
	return p.acceptCall(ctx, nil, newRequest(&env))
}

// refuseCall tells the caller that its request was dropped.
func (rt *Runtime) refuseCall(r *request, err error) {
	if r.caller != nil {
		r.caller.finishCall(r.from.Ref, nil, err)
		return
	}
	if ref := r.watch(); !ref.IsZero() {
		rt.signalAway(r.from.PID, signal.Envelope{Kind: signal.DownSignal, Ref: ref, Reason: signal.Error(err.Error())})
	}
}

// CallContext returns the context of a call that the process has received: it
// derives from the process's own, and is also cancelled, with cause [ErrCallOver],
// once the caller does not wait any more. Work that only serves the reply can obey
// it. As long as the call is the message received last, it has what came with it, see
// [Propagator].
func (c *Context) CallContext(from From) context.Context {
	ctx, cancel := context.WithCancelCause(c)
	work := c.process().workFor(from, &callWork{ctx, cancel})
	if work == nil {
		cancel(ErrCallOver)
		return ctx
	}
	if work.ctx != ctx {
		cancel(nil) // there is one already: this one is not needed
	}
	return c.process().withCarried(work.ctx, from)
}

// callWork is what a process does for a caller, see [Context.CallContext].
type callWork struct {
	ctx    context.Context
	cancel context.CancelCauseFunc // not to be called with a process's mu held
}

// workFor returns the callWork of a call, which is fresh if there was none yet,
// and nil if the call is over.
func (p *process) workFor(from From, fresh *callWork) *callWork {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec == nil {
		return nil
	}
	w, ok := p.rec.watchers.get(from.Ref)
	if !ok || w.who() != from.PID {
		return nil
	}
	if w.work == nil {
		w.work = fresh
		p.rec.watchers.put(from.Ref, w)
	}
	return w.work
}

// Reply answers a call: to is what [Message.From] returned, here or in whatever
// process it was passed to. v is copied as by [Context.Send]. If the caller has
// given up, or is gone, the reply is dropped and Reply returns nil. It waits for nobody,
// and fails if v cannot be sent, or the caller's node not be reached, and with
// [ErrNotCall] for the zero From, which [Message.From] returns for a message that is no
// call.
func (c *Context) Reply(to From, v any) error { return c.rt.reply(c, c.process(), to, v) }

// Reply is [Context.Reply] of the process that ctx carries or, with a ctx of
// [NewContext], in the name of the program. Without both it returns [ErrNotInProcess].
func Reply(ctx context.Context, to From, v any) error {
	rt, p, err := actor(ctx)
	if err != nil {
		return err
	}
	return rt.reply(ctx, p, to, v)
}

// reply answers a call on behalf of p, or of the program if that is nil.
func (rt *Runtime) reply(ctx context.Context, p *process, to From, v any) error {
	if to == (From{}) {
		return ErrNotCall
	}
	q, ok := rt.registry.Get(to.PID)
	if !ok {
		return rt.replyAway(ctx, p, to, v)
	}
	v, err := term.Isolate(v)
	if err != nil {
		return &SendError{To: pid.Address{PID: to.PID}, Err: err}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if !p.maySend() { // asked in the critical section that delivers: see process.state
		return ErrTerminated
	}
	q.finishCallLocked(to.Ref, v, nil)
	return nil
}

func (rt *Runtime) replyAway(ctx context.Context, p *process, to From, v any) error {
	env := signal.Envelope{Kind: signal.Reply, ReplyTo: signal.ReplyToRef(to.Ref), Value: v}
	if to.PID.IsRemote(rt.node.ID()) {
		return rt.sendAway(ctx, p, pid.Address{PID: to.PID}, env)
	}
	if !p.maySend() {
		return ErrTerminated
	}
	return nil
}

// acceptReply ends a call with a reply from another node.
func (p *process) acceptReply(ref pid.Ref, v any) { p.finishCall(ref, v, nil) }

// finishCall ends the call ref of p, if it still waits.
func (p *process) finishCall(ref pid.Ref, v any, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finishCallLocked(ref, v, err)
}

func (p *process) finishCallLocked(ref pid.Ref, v any, err error) {
	if p.rec == nil {
		return
	}
	w, ok := p.rec.calls.remove(ref)
	if !ok {
		return // answered, given up, or of another start of this node
	}
	if p.rec.freeCall == nil && p.mayCall() {
		p.rec.freeCall = w
	} else {
		w.stopTimer() // another call is kept already, or none is needed any more
	}
	w.finish(v, err)
}

// finish is called by whoever has taken w out of the table, with the caller's mu
// held.
func (w *call) finish(v any, err error) {
	if err == ErrNoProc && w.to.PID.IsZero() {
		err = ErrNameNotFound
	}
	if err != nil {
		err = &RuntimeError{"call", w.to, err}
	}
	w.value, w.err, w.when.due = v, err, 0
	if w.over != nil {
		close(w.over)
		w.over = nil
	}
	w.done.Happen() // the last: the caller goes on, and w may be another call's
}

// failCallsLocked ends all calls of a process that is no longer Running.
func (p *process) failCallsLocked(err error) {
	if p.rec == nil {
		return
	}
	for _, w := range p.rec.calls.all() {
		w.stopTimer()
		w.finish(nil, err)
	}
	p.rec.calls = table[pid.Ref, *call]{}
}
