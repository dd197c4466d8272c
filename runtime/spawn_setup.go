package runtime

import (
	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
)

// apply sets what opts ask for on a process that nobody knows yet.
func (p *process) apply(opts SpawnOptions) {
	p.trap = opts.TrapExit
	if opts.Label != "" || opts.ExitGrace > 0 {
		r := p.recordLocked()
		r.label, r.grace = opts.Label, opts.ExitGrace
	}
	if opts.Mailbox.Capacity == 0 && opts.Mailbox.Policy == mailbox.Block {
		return
	}
	p.box.Init(mailbox.Config[Message]{
		Capacity: opts.Mailbox.Capacity,
		Policy:   opts.Mailbox.Policy,
		Exempt:   Message.isSystem,
		OnDrop:   func(m Message) { p.dropped(m, opts.Mailbox.OnDrop) },
	})
}

// dropped tells the caller of a call that was dropped, and the program.
func (p *process) dropped(m Message, onDrop func(Message)) {
	if r, ok := m.value.(*request); ok && m.kind == KindCall {
		p.forgetWatcher(r.from.Ref)
		p.rt.refuseCall(r, ErrMailboxFull)
	}
	if onDrop != nil {
		onDrop(m)
	}
}

// relate sets the link and the monitor between parent and p before anyone else
// knows p. It reports false if parent has ended.
func (p *process) relate(parent *process, opts SpawnOptions) (ref pid.Ref, ok bool) {
	if !opts.Link && !opts.Monitor {
		return ref, true
	}
	lockPair(parent, p)
	defer unlockPair(parent, p)
	if opts.Link && linkLocked(parent, p) != nil {
		return ref, false
	}
	if !opts.Monitor {
		return ref, true
	}
	ref = p.rt.node.NextRef()
	m := &monitor{}
	m.down.Ref, m.down.PID = ref, p.pid()
	return ref, monitorLocked(parent, p, m)
}

// announce registers p's name. If it cannot have the name, or the runtime has
// been stopped meanwhile, p ends before it has begun and leaves nothing behind.
func (p *process) announce(name string) error {
	var err error
	if name != "" {
		err = p.rt.registry.RegisterName(name, p.pid())
	}
	if err == nil && p.rt.stopping.Load() {
		err = ErrStopped
	}
	if err == nil {
		return nil
	}
	p.withdraw()
	return err
}

// withdraw undoes a spawn that has failed: no signal goes out, since the spawning
// process has never seen the PID.
func (p *process) withdraw() {
	p.mu.Lock()
	p.goroutine = false
	var e estate
	if p.rec != nil {
		e = p.rec.leaveEstate()
	}
	p.state.Store(uint32(Dead))
	p.mu.Unlock()
	for _, parent := range e.links.all() {
		parent.acceptUnlink(p.pid())
	}
	for ref, w := range e.watchers.all() {
		w.process.forgetMonitor(ref)
	}
	p.release(e)
	p.rt.registry.Unregister(p.pid())
	p.rt.processEnded()
}

func (p *process) forgetMonitor(ref pid.Ref) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec != nil {
		p.rec.monitors.remove(ref)
	}
}
