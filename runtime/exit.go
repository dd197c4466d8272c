package runtime

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// exitAction is what an exit signal asks of the caller, once the lock is released.
type exitAction uint8

const (
	lives exitAction = iota // nothing to do
	exits                   // the process has become Exiting: closeDown
	dies                    // nobody is to be waited for: reap
)

// exit sends p an exit signal, Erlang's exit/2.
func (rt *Runtime) exit(p *process, from pid.PID, reason signal.ExitReason) {
	rt.reapIf(p, p.acceptExit(nil, from, reason))
}

// acceptExit acts on an exit signal that was sent to p by [Context.Exit]. stop is
// the sender's state, asked here so that nothing of a sender that has ended
// follows its own EXIT or DOWN; nil if no process sends.
// Source: OTP reference manual, "Processes", Receiving Exit Signals.
func (p *process) acceptExit(stop *atomic.Uint32, from pid.PID, reason signal.ExitReason) exitAction {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case stop != nil && State(stop.Load()) != Running:
		return lives
	case reason == signal.Kill:
		return p.killLocked()
	case !p.running():
		return lives
	case reason.IsNormal() && from != p.pid() && !p.trap:
		return lives
	}
	return p.exitOrTrapLocked(from, reason)
}

// acceptLinkExit acts on the exit signal that from, with which p has a link, sent
// when it ended. There is at most one for each link: who finds the link gone has
// come too late.
func (p *process) acceptLinkExit(from pid.PID, reason signal.ExitReason) exitAction {
	p.mu.Lock()
	v := lives
	if p.forgetLinkLocked(from) && p.running() && (p.trap || !reason.IsNormal()) {
		v = p.exitOrTrapLocked(from, reason)
	}
	p.mu.Unlock() // not deferred, which takes stack
	return v
}

// exitOrTrapLocked is the one place where the trap flag is asked, in the critical
// section that acts on the answer.
func (p *process) exitOrTrapLocked(from pid.PID, reason signal.ExitReason) exitAction {
	if p.trap {
		p.trapExitLocked(from, reason)
		return lives
	}
	return p.beginExitLocked(reason)
}

//go:noinline
func (p *process) trapExitLocked(from pid.PID, reason signal.ExitReason) {
	m := exitMessage(from, reason)
	if !p.holdLocked(from, pid.Ref{}, m) {
		_ = p.box.TrySend(m) // exempt from bounds; closed only if not Running
	}
	p.trappedLocked(from, reason)
}

// beginExitLocked makes p end because of an exit signal, once its body has
// returned, if there is one to wait for.
func (p *process) beginExitLocked(reason signal.ExitReason) exitAction {
	p.signaledLocked(reason)
	if p.asleep {
		return dies
	}
	return exits
}

// killLocked makes p end without waiting for its body, whatever it does.
func (p *process) killLocked() exitAction {
	if p.running() {
		p.signaledLocked(signal.Killed)
	}
	return dies
}

func (p *process) signaledLocked(reason signal.ExitReason) {
	r := p.recordLocked()
	r.reason, r.signaled = reason, true
	p.leaveRunningLocked()
}

// leaveRunningLocked is the edge from Running to Exiting: p is no longer alive to
// anyone, and what is sent to it fails, from the same moment on.
func (p *process) leaveRunningLocked() {
	p.box.Close() // first: who sees that p is not alive must not get anything in
	p.state.Store(uint32(Exiting))
}

func (p *process) graceLocked() time.Duration {
	if p.rec != nil && p.rec.grace > 0 {
		return p.rec.grace
	}
	return p.rt.cfg.ExitGrace
}

// beginGraceLocked makes p be reaped if its body has not returned in time.
func (p *process) beginGraceLocked() {
	if !p.rec.waited {
		p.rec.waited = true
		p.rt.graces.begin(p, p.graceLocked())
	}
}

// closeDown tells the body of a process that has become Exiting: its calls fail,
// its context is cancelled. Receiving fails already. From now on the grace runs.
func (p *process) closeDown() {
	p.mu.Lock()
	if !p.dying {
		p.beginGraceLocked()
	}
	cancel := p.closeDownLocked()
	p.mu.Unlock()
	cancel()
}

// closeDownLocked is closeDown up to what is to be called without the lock. It
// may be called more than once.
func (p *process) closeDownLocked() (cancel func()) {
	r := p.rec
	p.failCallsLocked(r.endError())
	if r.cancel == nil {
		return func() {}
	}
	end, cause := r.cancel, r.endError()
	return func() { end(cause) }
}

// reapIf does what v asks for.
func (rt *Runtime) reapIf(p *process, v exitAction) {
	switch v {
	case exits:
		p.closeDown()
	case dies:
		rt.reap(p)
	}
}

// reap makes p Dead and tells all who are to know. Those whom that makes Dead in
// their turn are worked off one after the other, not by recursion: a chain of
// sleeping processes may be long. Who is to be told is told from here, not from deep
// below, so that a process can end on the stack that its goroutine began with.
func (rt *Runtime) reap(p *process) {
	var dead []*process
	for {
		if e := p.die(); e != nil {
			dead = p.tell(e, dead)
			rt.telling.Add(-1)
		}
		rt.processEnded() // after all that Shutdown looks at
		if len(dead) == 0 {
			return
		}
		last := len(dead) - 1
		p, dead = dead[last], dead[:last]
	}
}

// die is the edge to Dead. It returns who is to be told, nil if there is nobody; if
// there is, rt.telling counts p until they were. In this order: names and timers are
// freed, the process leaves the table, it is Dead, exit and down signals go out. So
// whoever learns in whatever way that it is Dead finds the name free.
func (p *process) die() *deathNotice {
	p.mu.Lock()
	if p.dying {
		p.mu.Unlock()
		return nil
	}
	p.dying, p.asleep = true, false
	if p.goroutine {
		p.rt.zombies.add(p)
	}
	p.letGo()
	if p.rec != nil {
		return p.dieWithRecord()
	}
	p.rt.registry.Unregister(p.pid())
	p.rt.counts.countEnd(signal.Normal, p.box.Taken())
	p.state.Store(uint32(Dead)) // before the unlock, so that it gets no record any more
	p.mu.Unlock()
	if p.rt.tracers.on() {
		p.traceExited("", "", signal.Normal, false)
	}
	return nil
}

// dieWithRecord is the rest of die for a process that has a record. It is called
// with mu held and returns with mu free.
func (p *process) dieWithRecord() *deathNotice {
	if p.rec.waited {
		p.rt.graces.end(p)
	}
	cancel := p.closeDownLocked()
	replies := p.rec.takeLastReplies()
	if p.rec.rareOf().traced != 0 {
		p.rt.hooks.traced(-1)
	}
	name, timers, reason := p.rec.leaveOwned()
	label, signaled := p.rec.label, p.rec.signaled
	p.mu.Unlock()
	cancel()
	p.release(name, timers)
	p.rt.telling.Add(1)
	p.rt.registry.Unregister(p.pid())
	p.rt.counts.countEnd(reason, p.box.Taken())
	if p.rt.tracers.on() || p.isRemarkable(reason) {
		p.traceExited(name, label, reason, signaled)
	}

	p.mu.Lock()
	p.state.Store(uint32(Dead))
	e := p.rec.leaveDeathNotice()
	p.mu.Unlock()
	p.sendLastReplies(replies)
	return e
}

// leaveOwned empties the record of what others could be waiting to take, or what
// would only burden the Dead, with mu held. Nothing can be added: all who would
// ask first whether the process is Running.
func (r *record) leaveOwned() (name string, timers table[pid.Ref, struct{}], reason signal.ExitReason) {
	r.freeCall.stopTimer()
	r.freeCall = nil
	r.inner, r.cancel = nil, nil // see innerContext
	r.rare = nil                 // watches of exits end with the process's own context
	name, timers = r.name, r.timers
	r.name, r.timers = "", table[pid.Ref, struct{}]{}
	return name, timers, r.reason
}

// release frees the name and the timers.
func (p *process) release(name string, timers table[pid.Ref, struct{}]) {
	if name != "" {
		p.rt.registry.ReleaseName(name, p.pid())
	}
	for ref := range timers.all() {
		p.rt.timers.drop(ref)
	}
}

// deathNotice is who is to be told of a process's end.
type deathNotice struct {
	reason   signal.ExitReason
	links    table[pid.PID, *process]
	monitors table[pid.Ref, *monitor]
	watchers table[pid.Ref, watcher]
}

// deathNotices are for use again: each is larger than what else an end needs of the stack.
var deathNotices = sync.Pool{New: func() any { return new(deathNotice) }}

// leaveDeathNotice empties the record of a process that has become Dead, with its mu
// held. From then on nothing can be added: all who would look at the state first.
func (r *record) leaveDeathNotice() *deathNotice {
	e := deathNotices.Get().(*deathNotice)
	e.reason, e.links, e.monitors, e.watchers = r.reason, r.links, r.monitors, r.watchers
	r.telling = true
	r.links = table[pid.PID, *process]{}
	r.monitors = table[pid.Ref, *monitor]{}
	r.watchers = table[pid.Ref, watcher]{}
	return e
}

// tell takes p's own monitors out of their targets, sends one exit signal for each
// link and one down for each monitor, and wakes those who wait for the end. It appends
// to dead who is to be reaped because of it, and takes e back.
func (p *process) tell(e *deathNotice, dead []*process) []*process {
	for ref, m := range e.monitors.all() {
		m.withdraw(p, ref) // first, so that who is told finds p nowhere
	}
	dead = p.tellLinks(e, dead)
	p.tellWatchers(e)
	p.wakeWaiters()
	*e = deathNotice{}
	deathNotices.Put(e)
	return dead
}

// wakeWaiters is the end of telling: see endOfLife.
func (p *process) wakeWaiters() {
	p.mu.Lock()
	waiters := p.rec.waiters
	p.rec.waiters, p.rec.telling = nil, false
	p.mu.Unlock()
	if waiters != nil {
		close(waiters)
	}
}

func (p *process) tellLinks(e *deathNotice, dead []*process) []*process {
	for to, q := range e.links.all() {
		if q == nil {
			p.tellAway(to, signal.LinkExit, pid.Ref{}, e.reason)
		} else if p.tellLink(q, e.reason) {
			dead = append(dead, q)
		}
	}
	return dead
}

// tellLink sends q the exit signal of its link with p and reports whether q is to be
// reaped.
func (p *process) tellLink(q *process, reason signal.ExitReason) bool {
	v := q.acceptLinkExit(p.pid(), reason)
	if v == exits {
		q.closeDown()
	}
	return v == dies
}

func (p *process) tellWatchers(e *deathNotice) {
	for ref, w := range e.watchers.all() {
		if w.process == nil {
			p.tellAway(w.pid, signal.DownSignal, ref, e.reason)
		} else {
			w.process.acceptDown(ref, e.reason)
		}
	}
}

// tellAway sends a signal of p's end to a process of another node. It is a function of
// its own so that a process that has to do with its own node alone needs less stack.
//
//go:noinline
func (p *process) tellAway(to pid.PID, kind signal.Kind, ref pid.Ref, reason signal.ExitReason) {
	p.rt.signalAway(to, signal.Envelope{Kind: kind, From: p.pid(), Ref: ref, Reason: reason})
}
