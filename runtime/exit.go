package runtime

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// verdict is what an exit signal asks of the caller, once the lock is released.
type verdict uint8

const (
	lives verdict = iota // nothing to do
	exits                // the process has become Exiting: closeDown
	dies                 // nobody is to be waited for: reap
)

// exit sends p an exit signal, Erlang's exit/2.
func (rt *Runtime) exit(p *process, from pid.PID, reason signal.ExitReason) {
	rt.reapIf(p, p.acceptExit(from, reason))
}

// acceptExit acts on an exit signal that was sent to p by [Context.Exit].
// Source: OTP reference manual, "Processes", Receiving Exit Signals.
func (p *process) acceptExit(from pid.PID, reason signal.ExitReason) verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.stateNow() == Dead:
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
func (p *process) acceptLinkExit(from pid.PID, reason signal.ExitReason) verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec == nil {
		return lives
	}
	if _, linked := p.rec.links.remove(from); !linked || !p.running() {
		return lives
	}
	if reason.IsNormal() && !p.trap {
		return lives
	}
	return p.exitOrTrapLocked(from, reason)
}

// exitOrTrapLocked is the one place where the trap flag is asked, in the critical
// section that acts on the answer.
func (p *process) exitOrTrapLocked(from pid.PID, reason signal.ExitReason) verdict {
	if p.trap {
		_ = p.box.TrySend(exitMessage(from, reason)) // exempt from bounds; closed only if not Running
		return lives
	}
	return p.beginExitLocked(reason)
}

// beginExitLocked is the edge from Running to Exiting, or to Dead if there is no
// body to wait for.
func (p *process) beginExitLocked(reason signal.ExitReason) verdict {
	r := p.recordLocked()
	r.reason, r.signaled = reason, true
	p.state.Store(uint32(Exiting))
	if p.asleep {
		return dies
	}
	r.graceEnd = time.AfterFunc(p.graceLocked(), p.graceOver)
	return exits
}

// killLocked makes p end without waiting for its body, whatever it does.
func (p *process) killLocked() verdict {
	if p.running() {
		r := p.recordLocked()
		r.reason, r.signaled = signal.Killed, true
		p.state.Store(uint32(Exiting))
	}
	return dies
}

func (p *process) graceLocked() time.Duration {
	if p.rec != nil && p.rec.grace > 0 {
		return p.rec.grace
	}
	return p.rt.cfg.ExitGrace
}

// graceOver is called by the timer when the body of an Exiting process has not
// returned in time.
func (p *process) graceOver() { p.rt.reap(p) }

// closeDown tells the body of a process that has become Exiting: receiving fails,
// calls fail, the context is cancelled. It may be called more than once.
func (p *process) closeDown() {
	p.box.Close()
	p.mu.Lock()
	reason := p.reasonLocked()
	cancel := p.rec.cancelLocked()
	p.failCallsLocked(reason)
	p.mu.Unlock()
	if cancel != nil {
		cancel(reason)
	}
}

func (r *record) cancelLocked() context.CancelCauseFunc {
	if r == nil {
		return nil
	}
	return r.cancel
}

// reapIf does what v asks for.
func (rt *Runtime) reapIf(p *process, v verdict) {
	switch v {
	case exits:
		p.closeDown()
	case dies:
		rt.reap(p)
	}
}

// reap makes p Dead and tells all who are to know. Those whom that makes Dead in
// their turn are worked off one after the other, not by recursion: a chain of
// sleeping processes may be long.
func (rt *Runtime) reap(p *process) {
	dead := []*process{p}
	for len(dead) > 0 {
		last := len(dead) - 1
		p, dead = dead[last], dead[:last]
		dead = p.die(dead)
	}
}

// die is the edge to Dead. It appends to next who is to be reaped after p. In
// this order: names and timers are freed, the process leaves the table, then exit
// and down signals go out. So whoever sees one finds the name free.
func (p *process) die(next []*process) []*process {
	p.mu.Lock()
	if p.stateNow() == Dead {
		p.mu.Unlock()
		return next
	}
	p.state.Store(uint32(Dead))
	p.asleep = false
	if p.goroutine {
		p.rt.zombies.add(p)
	}
	rec := p.rec
	var last estate
	if rec != nil {
		last = rec.leaveEstate()
	}
	p.mu.Unlock()

	p.box.Close()
	if rec != nil {
		p.closeDown()
		p.release(last)
	}
	p.rt.registry.Unregister(p.pid())
	if rec != nil {
		next = p.tell(last, next)
	}
	p.rt.processEnded()
	return next
}

// estate is what a process leaves behind.
type estate struct {
	reason   signal.ExitReason
	name     string
	links    table[pid.PID, *process]
	monitors table[pid.Ref, *monitor]
	watchers table[pid.Ref, watcher]
	timers   table[pid.Ref, struct{}]
	waiters  chan struct{}
}

// leaveEstate empties the record of a process that has become Dead, with its mu
// held. From then on nothing can be added: all who would look at the state first.
func (r *record) leaveEstate() estate {
	if r.graceEnd != nil {
		r.graceEnd.Stop()
		r.graceEnd = nil
	}
	e := estate{r.reason, r.name, r.links, r.monitors, r.watchers, r.timers, r.waiters}
	r.freeCall.stopTimer()
	r.name, r.waiters, r.freeCall = "", nil, nil
	r.links = table[pid.PID, *process]{}
	r.monitors = table[pid.Ref, *monitor]{}
	r.watchers = table[pid.Ref, watcher]{}
	r.timers = table[pid.Ref, struct{}]{}
	return e
}

// release frees what others could be waiting to take.
func (p *process) release(e estate) {
	if e.name != "" {
		p.rt.registry.ReleaseName(e.name, p.pid())
	}
	for ref := range e.timers.all() {
		p.rt.timers.drop(ref)
	}
}

// tell sends one exit signal for each link and one down for each monitor, takes
// p's own monitors out of their targets, and wakes those who wait for the end.
func (p *process) tell(e estate, next []*process) []*process {
	self := p.pid()
	for to, q := range e.links.all() {
		if q == nil {
			p.rt.signalAway(to, signal.Envelope{Kind: signal.LinkExit, From: self, Reason: e.reason})
			continue
		}
		switch q.acceptLinkExit(self, e.reason) {
		case exits:
			q.closeDown()
		case dies:
			next = append(next, q)
		}
	}
	for ref, w := range e.watchers.all() {
		if w.process == nil {
			p.rt.signalAway(w.pid, signal.Envelope{Kind: signal.DownSignal, From: self, Ref: ref, Reason: e.reason})
			continue
		}
		w.process.acceptDown(ref, e.reason)
	}
	for ref, m := range e.monitors.all() {
		m.withdraw(p, ref)
	}
	if e.waiters != nil {
		close(e.waiters)
	}
	return next
}
