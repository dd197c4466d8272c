package runtime

import (
	"unsafe"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// monitor is the watching process's side of a monitor. It holds the Down message
// that will be delivered, and the mailbox has room for one, so that delivering it
// allocates nothing: the end of one process that a million watch needs no memory.
type monitor struct {
	target *process // nil: a process of another node
	down   signal.Down
}

// watcher is the monitored process's side: who is to be told.
type watcher struct {
	process *process  // nil: a process of another node
	pid     pid.PID   // of a process of another node
	work    *callWork // see Context.CallContext; nil unless asked for
}

// Monitor asks for one [signal.Down] when target ends, and returns at once. If
// target has ended already, or its node cannot be reached, the Down comes with
// reason noproc or noconnection. Each call is a monitor of its own with its own
// Ref. A monitor of oneself never fires. After the process's end Monitor does
// nothing and returns the zero Ref.
// Source: OTP reference manual, "Processes", Monitors.
func (c *Context) Monitor(target pid.PID) pid.Ref {
	p := c.process()
	p.box.Reserve()
	ref := p.rt.node.NextRef()
	m := &monitor{down: signal.Down{Ref: ref, PID: target}}
	if !target.IsLocal(p.rt.node.ID()) {
		return p.monitorAway(pid.Address{PID: target}, m)
	}
	q, _ := p.rt.registry.Get(target)
	return p.monitor(q, m)
}

// monitorName is [Context.MonitorNamed] of who has a registered name.
func (c *Context) monitorName(name pid.Name) pid.Ref {
	p := c.process()
	p.box.Reserve()
	ref := p.rt.node.NextRef()
	here := !name.IsRemote(p.rt.node.ID())
	if here {
		name.Node = p.rt.node.Name()
	}
	m := &monitor{down: signal.Down{Ref: ref, Name: name}}
	if !here {
		return p.monitorAway(pid.Address{Name: name}, m)
	}
	_, q, _ := p.rt.registry.LookupName(name.Name)
	return p.monitor(q, m)
}

// monitor sets m on q, which is nil if there is no such process. Both sides are
// set, or neither, with both processes locked: so exactly one Down comes.
func (p *process) monitor(q *process, m *monitor) pid.Ref {
	ref := m.down.Ref
	if q == p {
		return p.refIfRunning(ref)
	}
	if q == nil {
		return p.monitorGone(m)
	}
	lockPair(p, q)
	ok := monitorLocked(p, q, m)
	unlockPair(p, q)
	if !ok {
		return p.monitorGone(m)
	}
	return ref
}

// monitorLocked reports whether it set m on q, on p's behalf, with both locked. A
// target that is Exiting is still monitored: its Down comes when it is Dead, so
// that whoever sees it finds name and resources free.
func monitorLocked(p, q *process, m *monitor) bool {
	if !p.running() || q.stateNow() == Dead {
		return false
	}
	m.target = q
	p.recordLocked().monitors.put(m.down.Ref, m)
	q.recordLocked().watchers.put(m.down.Ref, watcher{process: p})
	return true
}

// monitorGone delivers the Down of a monitor whose target is gone.
func (p *process) monitorGone(m *monitor) pid.Ref {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return pid.Ref{}
	}
	p.deliverDownLocked(m, signal.NoProc)
	return m.down.Ref
}

func (p *process) refIfRunning(ref pid.Ref) pid.Ref {
	if !p.running() {
		return pid.Ref{}
	}
	return ref
}

// monitorAway sets m on a process of another node: first this side, so that a
// Down which comes back finds it.
func (p *process) monitorAway(to pid.Address, m *monitor) pid.Ref {
	if to.Name.Name == "" && !to.PID.IsRemote(p.rt.node.ID()) {
		return p.monitorGone(m)
	}
	ref := m.down.Ref
	p.mu.Lock()
	if !p.running() {
		p.mu.Unlock()
		return pid.Ref{}
	}
	p.recordLocked().monitors.put(ref, m)
	p.mu.Unlock()
	env := signal.Envelope{Kind: signal.Monitor, From: p.pid(), Ref: ref}
	if p.rt.route((*Context)(p), to, env) != nil {
		p.acceptDown(ref, signal.NoConnection)
	}
	return ref
}

// acceptRemoteMonitor sets p's side of a monitor of from, on another node.
func (p *process) acceptRemoteMonitor(ref pid.Ref, from pid.PID) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stateNow() == Dead {
		return ErrNoProc
	}
	p.recordLocked().watchers.put(ref, watcher{pid: from})
	return nil
}

// acceptDown ends the monitor, or the call, that waits under ref. Who finds none
// has come too late: it was demonitored, or answered.
func (p *process) acceptDown(ref pid.Ref, reason signal.ExitReason) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec == nil {
		return
	}
	if m, ok := p.rec.monitors.remove(ref); ok {
		p.deliverDownLocked(m, reason)
		return
	}
	p.finishCallLocked(ref, nil, reason)
}

func (p *process) deliverDownLocked(m *monitor, reason signal.ExitReason) {
	m.down.Reason = reason
	m.target = nil
	msg := Message{value: m, kind: KindSystem}
	if !p.holdLocked(m.down.PID, m.down.Ref, msg) {
		_ = p.box.TrySend(msg) // exempt from bounds; closed only if not Running
	}
}

// Demonitor takes a monitor away and reports whether it was still active: if so,
// no Down will come. If not, it may be in the mailbox already; see
// [Context.DemonitorFlush]. A Ref that is not of this process's own monitor does
// nothing. Source: OTP, erlang:demonitor/1.
func (c *Context) Demonitor(ref pid.Ref) (active bool) {
	p := c.process()
	p.mu.Lock()
	if p.rec == nil {
		p.mu.Unlock()
		return false
	}
	m, active := p.rec.monitors.remove(ref)
	p.mu.Unlock()
	if active {
		m.withdraw(p, ref)
	}
	return active
}

// DemonitorFlush is [Context.Demonitor] that also takes the monitor's Down out of
// the mailbox, if it is there: after it, none is received. It counts as a receive:
// only the process itself may call it.
func (c *Context) DemonitorFlush(ref pid.Ref) (active bool) {
	if c.Demonitor(ref) {
		return true
	}
	_, _ = c.process().box.TryRecvMatch(func(m Message) bool {
		mon, ok := m.value.(*monitor)
		return ok && mon.down.Ref == ref
	})
	return false
}

// withdraw takes m, which p has removed from its own side, out of its target.
func (m *monitor) withdraw(p *process, ref pid.Ref) {
	if m.target != nil {
		m.target.forgetWatcher(ref)
		return
	}
	env := signal.Envelope{Kind: signal.Demonitor, From: p.pid(), Ref: ref}
	p.rt.signalAwayTo(pid.Address{PID: m.down.PID, Name: m.down.Name}, env)
}

// forgetWatcher takes a monitor or a call of another process out of p.
func (p *process) forgetWatcher(ref pid.Ref) {
	p.mu.Lock()
	w := p.forgetWatcherLocked(ref)
	p.mu.Unlock()
	if w.work != nil {
		w.work.cancel(ErrCallOver)
	}
}

func (p *process) forgetWatcherLocked(ref pid.Ref) (w watcher) {
	if p.rec == nil {
		return w
	}
	w, _ = p.rec.watchers.remove(ref)
	if p.asleep {
		p.shedLocked() // who replied and went to sleep is forgotten by its caller only now
	}
	return w
}

// boxedDown returns m's Down as an interface value without copying it to the
// heap again: m is there already, belongs to one receiver, and does not change
// once it has been delivered. So a Down costs no allocation.
func (m *monitor) boxedDown() any {
	var v any = signal.Down{}
	type iface struct{ typ, data unsafe.Pointer }
	(*iface)(unsafe.Pointer(&v)).data = unsafe.Pointer(&m.down)
	return v
}
