package runtime

import (
	"context"
	"time"

	"github.com/puzpuzpuz/xsync/v3"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
)

// timers are the running timers of a runtime. Whoever takes a timer out of the
// table decides what becomes of it: it fires, is cancelled, or dies with its
// target, and exactly one of these.
type timers struct {
	running *xsync.MapOf[pid.Ref, *timer]
}

type timer struct {
	due    time.Time
	clock  *time.Timer
	target *process // dies with it; nil: with nobody
}

func (t *timers) init() { t.running = xsync.NewMapOf[pid.Ref, *timer]() }

// take takes a timer out of the table, and out of its target, and stops its clock.
func (t *timers) take(ref pid.Ref) (left time.Duration, running bool) {
	tm, ok := t.running.LoadAndDelete(ref)
	if !ok {
		return 0, false
	}
	tm.clock.Stop()
	if tm.target != nil {
		tm.target.disownTimer(ref)
	}
	return max(time.Until(tm.due), 0), true
}

func (t *timers) drop(ref pid.Ref) { t.take(ref) }

func (t *timers) dropAll() {
	t.running.Range(func(ref pid.Ref, _ *timer) bool {
		t.drop(ref)
		return true
	})
}

// SendAfter sends v to a process after d, or at once if d <= 0. v is copied now. The
// process's own end does not stop the timer; the end of to does. The Ref is for
// [Context.CancelTimer] and [Context.ReadTimer].
// Source: OTP, erlang:send_after/3.
func (c *Context) SendAfter(to pid.PID, d time.Duration, v any) (pid.Ref, error) {
	p := c.process()
	if !p.running() {
		return pid.Ref{}, p.failure()
	}
	return p.rt.SendAfter(to, d, v)
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
	return p.rt.SendNamedAfter(to, d, v)
}

// StartTimer makes the process receive a [signal.Timeout] with the Ref after d.
// The process's end stops it; after that it returns the zero Ref.
func (c *Context) StartTimer(d time.Duration) pid.Ref {
	p := c.process()
	if !p.running() {
		return pid.Ref{}
	}
	ref := p.rt.node.NextRef()
	p.rt.startTimer(ref, p, d, func() {
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
	v, err := term.Isolate(v)
	if rt.stopping.Load() {
		err = ErrStopped
	}
	if err != nil {
		return pid.Ref{}, &SendError{To: pid.Address{PID: to}, Err: err}
	}
	ref := rt.node.NextRef()
	if rt.isRemote(to) {
		rt.startTimer(ref, nil, d, func() { _ = rt.Send(context.Background(), to, v) })
		return ref, nil
	}
	if q, ok := rt.registry.Get(to); ok {
		// The send may wait for room: this is the timer's own goroutine, and
		// the end of q ends it.
		rt.startTimer(ref, q, d, func() { _ = q.accept((*Context)(q), nil, userMessage(v)) })
	}
	return ref, nil
}

// SendNamedAfter is [Context.SendNamedAfter] in the name of the program.
func (rt *Runtime) SendNamedAfter(to Named, d time.Duration, v any) (pid.Ref, error) {
	v, err := term.Isolate(v)
	if err == nil {
		err = checkNamed(to)
	}
	if rt.stopping.Load() {
		err = ErrStopped
	}
	if err != nil {
		return pid.Ref{}, &SendError{To: label(to), Err: err}
	}
	ref := rt.node.NextRef()
	rt.startTimer(ref, nil, d, func() { _ = rt.SendNamed(context.Background(), to, v) })
	return ref, nil
}

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
	return max(time.Until(tm.due), 0), true
}

// startTimer makes fire be called after d. If target is not nil the timer dies
// with it; if it is not Running, the timer never runs.
func (rt *Runtime) startTimer(ref pid.Ref, target *process, d time.Duration, fire func()) {
	if target != nil && !target.ownTimer(ref) {
		return
	}
	tm := &timer{due: time.Now().Add(d), target: target}
	tm.clock = time.AfterFunc(noTime, func() { rt.ring(ref, fire) })
	rt.timers.running.Store(ref, tm)
	tm.clock.Reset(d) // only now, so that it finds itself in the table
	if rt.stopping.Load() || target != nil && !target.running() {
		rt.timers.drop(ref) // Shutdown, or the end of target, may have looked for it too early
	}
}

// noTime is a delay that does not pass.
const noTime = time.Duration(1<<63 - 1)

// ring is called by a timer's clock.
func (rt *Runtime) ring(ref pid.Ref, fire func()) {
	if _, running := rt.timers.take(ref); running {
		fire()
	}
}

// ownTimer notes that a timer is to die with p, and reports false if it is too
// late for that: nothing that the timer could send would reach p.
func (p *process) ownTimer(ref pid.Ref) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return false
	}
	p.recordLocked().timers.put(ref, struct{}{})
	return true
}

func (p *process) disownTimer(ref pid.Ref) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec != nil {
		p.rec.timers.remove(ref)
	}
}
