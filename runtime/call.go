package runtime

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
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
	value  any
	from   From
	caller *process // nil: of another node
}

// call is a call that waits for its reply. A process keeps its last one to use it
// again: once a call has left the calls table, which happens under the caller's
// mu, nobody but the caller holds it.
type call struct {
	ref    pid.Ref
	value  any
	err    error
	done   chan struct{} // capacity 1; gets one token when the call leaves the table
	timer  *time.Timer
	due    time.Time // zero: no timeout; guarded by the caller's mu
	armed  time.Time // when timer fires, zero: it does not; guarded by the caller's mu
	target pid.PID
	callee *process // nil: of another node, or gone
}

// Call sends a process a request and waits for the reply, which must be a T. ctx
// is a process's [Context] or derives from one; its deadline and cancellation
// bound the wait. The callee gets the request as a message of [KindCall] and
// answers with [Context.Reply].
//
// Call returns at once when the callee dies: its error is then a [*RuntimeError]
// with the exit reason, noproc if it was dead before. A reply that comes after
// Call has returned is dropped. What else arrives meanwhile stays in the mailbox,
// in order, and does not make the call slower.
func Call[T any](ctx context.Context, to pid.PID, req any) (reply T, err error) {
	c, ok := FromContext(ctx)
	if !ok {
		return reply, ErrNotInProcess
	}
	var stop func() bool
	v, err := c.process().call(pid.Address{PID: to}, req, func(w *call, p *process) {
		if ctx != context.Context(c) {
			ref := w.ref
			stop = context.AfterFunc(ctx, func() { p.finishCall(ref, nil, context.Cause(ctx)) })
		}
	})
	if stop != nil {
		stop()
	}
	return replyAs[T](to, v, err)
}

// CallTimeout is [Call] that waits for d at the most and then returns a
// [*RuntimeError] with [ErrTimeout]. It costs less than a context with a deadline.
func CallTimeout[T any](c *Context, to pid.PID, req any, d time.Duration) (reply T, err error) {
	v, err := c.process().call(pid.Address{PID: to}, req, func(w *call, p *process) { p.setDue(w, d) })
	return replyAs[T](to, v, err)
}

func replyAs[T any](to pid.PID, v any, err error) (reply T, _ error) {
	if err != nil {
		return reply, err
	}
	reply, ok := v.(T)
	if !ok && v != nil {
		return reply, &RuntimeError{"call", to, fmt.Errorf("%w: got %T, want %T", ErrReplyType, v, reply)}
	}
	return reply, nil
}

// call makes a call and waits for its end. limit is called once the call can be
// found, to bound the wait.
func (p *process) call(to pid.Address, req any, limit func(*call, *process)) (any, error) {
	if to.PID == p.pid() {
		return nil, &RuntimeError{"call", to.PID, ErrCallSelf}
	}
	w, err := p.startCall(to.PID)
	if err != nil {
		return nil, err
	}
	limit(w, p)
	if err := p.sendRequest(w, to, req); err != nil {
		p.finishCall(w.ref, nil, &RuntimeError{"call", to.PID, err})
	}
	<-w.done // somebody always ends it: reply, down, limit, or our own exit
	return p.endCall(w)
}

// startCall enters a call into the table.
func (p *process) startCall(to pid.PID) (*call, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return nil, &RuntimeError{"call", to, ErrTerminated}
	}
	r := p.recordLocked()
	w := r.freeCall
	r.freeCall = nil
	if w == nil {
		w = &call{done: make(chan struct{}, 1)}
	}
	w.ref, w.target = p.rt.node.NextRef(), to
	r.calls.put(w.ref, w)
	return w, nil
}

// endCall takes the result of a call that has left the table, and the call out of
// the callee.
func (p *process) endCall(w *call) (v any, err error) {
	v, err = w.value, w.err
	if w.callee != nil {
		w.callee.forgetWatcher(w.ref)
	} else if p.rt.isRemote(w.target) {
		p.rt.signalAway(w.target, signal.Envelope{Kind: signal.Demonitor, From: p.pid(), Ref: w.ref})
	}
	w.value, w.err, w.callee = nil, nil, nil
	p.mu.Lock()
	defer p.mu.Unlock()
	w.due = time.Time{}
	if p.running() {
		p.rec.freeCall = w
	} else {
		w.stopTimer()
	}
	return v, err
}

// sendRequest brings the request to the callee, which from then on knows that it
// has to tell the caller of its end.
func (p *process) sendRequest(w *call, to pid.Address, req any) error {
	q, ok := p.rt.registry.Get(to.PID)
	if !ok {
		return p.sendAway(to.PID, signal.Envelope{Kind: signal.Call, Ref: w.ref, Value: req})
	}
	v, err := term.Isolate(req)
	if err != nil {
		return err
	}
	w.callee = q
	return q.acceptCall((*Context)(p), &p.state, &request{v, From{p.pid(), w.ref}, p})
}

// acceptCall queues a request and notes who waits for it.
func (p *process) acceptCall(ctx context.Context, stop *atomic.Uint32, r *request) error {
	if !p.watchCall(r) {
		return ErrNoProc
	}
	err := p.box.SendUnless(ctx, stop, Message{value: r, kind: KindCall})
	if err == nil {
		return nil
	}
	p.forgetWatcher(r.from.Ref)
	return p.refused(err)
}

func (p *process) watchCall(r *request) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return false
	}
	p.recordLocked().watchers.put(r.from.Ref, watcher{r.caller, r.from.PID})
	return true
}

// acceptRemoteCall is acceptCall for a caller on another node.
func (p *process) acceptRemoteCall(ctx context.Context, env signal.Envelope) error {
	return p.acceptCall(ctx, nil, &request{value: env.Value, from: From{env.From, env.Ref}})
}

// refuseCall tells the caller that its request was dropped.
func (rt *Runtime) refuseCall(r *request, err error) {
	if r.caller != nil {
		r.caller.finishCall(r.from.Ref, nil, &RuntimeError{Op: "call", Err: err})
		return
	}
	rt.signalAway(r.from.PID, signal.Envelope{
		Kind: signal.DownSignal, Ref: r.from.Ref, Reason: signal.Error(err.Error()),
	})
}

// Reply answers a call: to is what [Message.From] returned, here or in whatever
// process it was passed to. v is copied as by [Context.Send]. If the caller has
// given up, or is gone, the reply is dropped and Reply returns nil. It fails if v
// cannot be sent, or the caller's node not be reached.
func (c *Context) Reply(to From, v any) error {
	p := c.process()
	q, ok := p.rt.registry.Get(to.PID)
	if !ok {
		return p.replyAway(to, v)
	}
	v, err := term.Isolate(v)
	if err != nil {
		return &SendError{To: pid.Address{PID: to.PID}, Err: err}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if !p.running() { // asked in the critical section that delivers: see process.state
		return ErrTerminated
	}
	q.finishCallLocked(to.Ref, v, nil)
	return nil
}

func (p *process) replyAway(to From, v any) error {
	if !p.rt.isRemote(to.PID) {
		return p.checkRunning()
	}
	return p.sendAway(to.PID, signal.Envelope{Kind: signal.Reply, Ref: to.Ref, Value: v})
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
	w.value, w.err = v, err
	w.done <- struct{}{}
}

// failCallsLocked ends all calls of a process that is no longer Running.
func (p *process) failCallsLocked(err error) {
	if p.rec == nil {
		return
	}
	for _, w := range p.rec.calls.all() {
		w.err = err
		w.done <- struct{}{}
	}
	p.rec.calls = table[pid.Ref, *call]{}
}
