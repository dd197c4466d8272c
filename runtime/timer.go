package runtime

import (
	"context"
	"errors"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
)

// SendAfter sends v to a process after d, or at once if d <= 0. v is copied now, and
// what cannot be sent is refused now. The process's own end does not stop the timer;
// the end of to does. The Ref is for [Context.CancelTimer] and [Context.ReadTimer].
//
// What a process sends to itself always finds room. For another one whose mailbox is
// bounded and full, of policy Block, one message at a time waits; a message that
// finds another one waiting, or that the mailbox refuses, is lost: that is logged and
// counted, see [Stats].
// Source: OTP, erlang:send_after/3.
func (c *Context) SendAfter(to pid.PID, d time.Duration, v any) (pid.Ref, error) {
	p := c.process()
	if !p.running() {
		return pid.Ref{}, p.failure()
	}
	return p.rt.sendLater(p, to, delay{d, 0}, p.rt.carry(c, p, toPID(to), v))
}

// SendNamedAfter is [Context.SendAfter] to whoever has the name when the time has
// come; if nobody has it then, nothing happens.
//
// After [Runtime.Shutdown] no timer can be started: [ErrStopped].
func (c *Context) SendNamedAfter(to Named, d time.Duration, v any) (pid.Ref, error) {
	p := c.process()
	if !p.running() {
		return pid.Ref{}, p.failure()
	}
	return p.rt.sendNamedLater(to, delay{d, 0}, p.rt.carry(c, p, label(to), v))
}

// SendEvery sends v to a process after d and again each d, until it is cancelled or
// to ends. Each time is a copy of v. A time at which to has no room for it is left
// out, and counted as lost. d must be positive.
//
// To a process of another node it sends until it is cancelled, since only a monitor tells that
// such a process has ended: whoever started it can have one. A time at which the connection is
// full, or cannot be made, is left out, logged and counted as lost.
// Source: OTP, timer:send_interval/3.
func (c *Context) SendEvery(to pid.PID, d time.Duration, v any) (pid.Ref, error) {
	p := c.process()
	if !p.running() {
		return pid.Ref{}, p.failure()
	}
	return p.rt.SendEvery(to, d, v)
}

// SendNamedEvery is [Context.SendEvery] to whoever has the name each time. It ends
// when it is cancelled.
func (c *Context) SendNamedEvery(to Named, d time.Duration, v any) (pid.Ref, error) {
	p := c.process()
	if !p.running() {
		return pid.Ref{}, p.failure()
	}
	return p.rt.SendNamedEvery(to, d, v)
}

// StartTimer makes the process receive a [signal.Timeout] with the Ref after d.
// The process's end stops it; after that it returns the zero Ref.
func (c *Context) StartTimer(d time.Duration) pid.Ref {
	p := c.process()
	if !p.running() {
		return pid.Ref{}
	}
	ref := p.rt.node.NextRef()
	p.rt.startTimer(ref, p, delay{d, 0}, func() {
		_ = p.box.TrySend(Message{value: signal.Timeout{Ref: ref}, kind: KindSystem})
	})
	return ref
}

// CancelTimer stops a timer, of whichever process, and returns how much time was
// left. It reports false if the timer has fired, was cancelled, or has died with
// its target. What it has sent already stays sent.
// Source: OTP, erlang:cancel_timer/1.
func (c *Context) CancelTimer(ref pid.Ref) (left time.Duration, running bool) {
	return c.rt.CancelTimer(ref)
}

// ReadTimer returns how much time a timer has left, and whether it runs.
func (c *Context) ReadTimer(ref pid.Ref) (left time.Duration, running bool) {
	return c.rt.ReadTimer(ref)
}

// SendAfter is [Context.SendAfter] in the name of the program.
func (rt *Runtime) SendAfter(to pid.PID, d time.Duration, v any) (pid.Ref, error) {
	return rt.sendLater(nil, to, delay{d, 0}, v)
}

// SendNamedAfter is [Context.SendNamedAfter] in the name of the program.
func (rt *Runtime) SendNamedAfter(to Named, d time.Duration, v any) (pid.Ref, error) {
	return rt.sendNamedLater(to, delay{d, 0}, v)
}

// SendEvery is [Context.SendEvery] in the name of the program.
func (rt *Runtime) SendEvery(to pid.PID, d time.Duration, v any) (pid.Ref, error) {
	if d <= 0 {
		return pid.Ref{}, &SendError{To: toPID(to), Err: errNoInterval}
	}
	return rt.sendLater(nil, to, delay{d, d}, v)
}

// SendNamedEvery is [Context.SendNamedEvery] in the name of the program.
func (rt *Runtime) SendNamedEvery(to Named, d time.Duration, v any) (pid.Ref, error) {
	if d <= 0 {
		return pid.Ref{}, &SendError{To: label(to), Err: errNoInterval}
	}
	return rt.sendNamedLater(to, delay{d, d}, v)
}

var errNoInterval = errors.New("interval must be positive")

// CancelTimer is [Context.CancelTimer] in the name of the program.
func (rt *Runtime) CancelTimer(ref pid.Ref) (left time.Duration, running bool) {
	return rt.timers.take(ref)
}

// ReadTimer is [Context.ReadTimer] in the name of the program.
func (rt *Runtime) ReadTimer(ref pid.Ref) (left time.Duration, running bool) {
	tm, ok := rt.timers.running.Load(ref)
	if !ok {
		return 0, false
	}
	return tm.left(), true
}

// sendLater is SendAfter and SendEvery on behalf of p, or of the program if that is
// nil.
func (rt *Runtime) sendLater(p *process, to pid.PID, when delay, v any) (pid.Ref, error) {
	v, err := rt.keepable(pid.Address{PID: to}, v)
	if err != nil {
		return pid.Ref{}, &SendError{To: toPID(to), Err: err}
	}
	ref := rt.node.NextRef()
	if to.IsRemote(rt.node.ID()) {
		rt.startTimer(ref, nil, when, func() { rt.sendLate(toPID(to), v, rt.Send(when.context(), to, v)) })
		return ref, nil
	}
	q, ok := rt.registry.Get(to)
	if !ok {
		return ref, nil
	}
	own := q == p && when.every == 0
	rt.startTimer(ref, q, when, func() { q.deliverLate(when.copyOf(v), own) })
	return ref, nil
}

func (rt *Runtime) sendNamedLater(to Named, when delay, v any) (pid.Ref, error) {
	v, err := rt.keepable(label(to), v)
	if err == nil {
		err = checkNamed(to)
	}
	if err != nil {
		return pid.Ref{}, &SendError{To: label(to), Err: err}
	}
	ref := rt.node.NextRef()
	rt.startTimer(ref, nil, when, func() { rt.sendNamedLate(when.context(), to, v) })
	return ref, nil
}

// keepable returns the copy of v that a timer keeps for an address, or why v could
// never be sent there.
func (rt *Runtime) keepable(to pid.Address, v any) (any, error) {
	if rt.stopping.Load() {
		return nil, ErrStopped
	}
	kept, err := isolateCarried(v)
	if err != nil {
		return nil, err
	}
	if !to.IsRemote(rt.node.ID()) {
		return kept, nil
	}
	return kept, rt.registry.CheckRemote(to, signal.Envelope{Kind: signal.Message, Value: v})
}

// context returns that of what a timer sends: it bounds nothing. An interval timer does not
// wait for room, as its next time comes soon.
func (d delay) context() context.Context {
	if d.every == 0 {
		return context.Background()
	}
	return registry.NoWait(context.Background())
}

// sendNamedLate is what a timer aimed at a name does.
func (rt *Runtime) sendNamedLate(ctx context.Context, to Named, v any) {
	if name, ok := to.(string); ok {
		to = pid.Name{Name: name}
	}
	if name, ok := to.(pid.Name); ok && !name.IsRemote(rt.node.ID()) {
		if _, q, ok := rt.registry.LookupName(name.Name); ok {
			if v, err := isolateCarried(v); err == nil { // an interval timer sends it again
				q.deliverLate(v, false)
			}
		}
		return
	}
	rt.sendLate(label(to), v, rt.SendNamed(ctx, to, v))
}

// sendLate takes note of what became of a timer's message. That nobody is there any
// more is nothing to tell of.
func (rt *Runtime) sendLate(to pid.Address, v any, err error) {
	if err == nil || errors.Is(err, ErrNoProc) {
		return
	}
	rt.lost(to, userMessage(v), err)
}

// deliverLate gives p a timer's message. own says that p has started the timer itself.
func (p *process) deliverLate(v any, own bool) {
	m := userMessage(v)
	m.own = own
	err := p.box.TrySend(m)
	if errors.Is(err, ErrMailboxFull) && p.beginLateWait() {
		// This is the timer's own goroutine, and p's end ends the wait.
		err = p.box.Send((*Context)(p), m)
		p.endLateWait()
	}
	if errors.Is(err, ErrMailboxFull) {
		p.rt.lost(toPID(p.pid()), m, err)
	}
}

// beginLateWait reports whether no other timer's message waits for room in p's mailbox.
func (p *process) beginLateWait() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() || p.recordLocked().lateWaits {
		return false
	}
	p.rec.lateWaits = true
	return true
}

func (p *process) endLateWait() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec != nil {
		p.rec.lateWaits = false
	}
}
