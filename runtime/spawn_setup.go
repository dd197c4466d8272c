package runtime

import (
	"context"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// apply sets what opts ask for on a process that nobody knows yet.
func (p *process) apply(opts *SpawnOptions) {
	p.trap = opts.TrapExit
	if opts.Label != "" || opts.ExitGrace > 0 {
		r := p.recordLocked()
		r.label, r.grace = opts.Label, opts.ExitGrace
	}
	if opts.Mailbox.Capacity == 0 && opts.Mailbox.Policy == mailbox.Block {
		return
	}
	onDrop := opts.Mailbox.OnDrop
	if onDrop != nil {
		p.rareLocked().drops = &drops{onDrop: onDrop}
	}
	p.box.Init(mailbox.Config[Message]{
		Capacity: opts.Mailbox.Capacity,
		Policy:   opts.Mailbox.Policy,
		Exempt:   Message.exempt,
		OnDrop:   func(m Message) { p.dropped(m, onDrop) },
	})
}

// dropped tells the caller of a call that was dropped, and the program.
func (p *process) dropped(m Message, onDrop func(Message)) {
	p.refuseDropped(m)
	if onDrop != nil {
		p.guardApart(func() { onDrop(m) })
	}
}

func (p *process) refuseDropped(m Message) {
	p.rt.counts.dropped.Add(1)
	p.rt.traceDropped(toPID(p.pid()), m, ErrMailboxFull)
	if r, ok := m.value.(*request); ok && m.kind == KindCall {
		p.forgetWatcher(r.watch())
		p.rt.refuseCall(r, ErrMailboxFull)
	}
}

// relate sets the link and the monitor between parent and p before anyone else
// knows p. It reports false if parent has ended.
func (p *process) relate(parent *process, opts *SpawnOptions) (ref pid.Ref, ok bool) {
	if !opts.Link && !opts.Monitor {
		return ref, true
	}
	lockPair(parent, p)
	defer unlockPair(parent, p)
	if s := opts.starting; s != nil {
		s.pid = p.pid()
		parent.beginStartLocked(s)
	}
	if opts.Link && linkLocked(parent, p) != nil {
		return ref, false
	}
	if !opts.Monitor {
		return ref, true
	}
	ref = p.rt.node.NextRef()
	if opts.starting != nil {
		opts.starting.ref = ref
	}
	m := &monitor{}
	m.down.Ref, m.down.PID = ref, p.pid()
	return ref, monitorLocked(parent, p, m)
}

// enter puts p, which may have a link with its parent by now, into the table.
func (p *process) enter() error {
	if err := p.rt.registry.Register(p.pid(), p); err != nil {
		return err
	}
	p.mu.Lock()
	gone := p.dying // the parent's end has ended p, and looked for it too early
	p.mu.Unlock()
	if gone {
		p.rt.registry.Unregister(p.pid())
	}
	p.rt.spawned.Add(1)
	return nil
}

// announce registers p's names. It returns an error if p is not to begin: it cannot
// have the name, or its runtime or its parent has ended meanwhile.
func (p *process) announce(parent *process, opts *SpawnOptions) error {
	if opts.Name != "" {
		if err := p.rt.registry.RegisterName(opts.Name, p.pid()); err != nil {
			return err
		}
	}
	if opts.Via.Service != nil || opts.Via.Name != "" {
		if err := p.registerVia(parent, opts); err != nil {
			return err
		}
	}
	switch {
	case p.rt.stopping.Load():
		return ErrStopped
	case parent != nil && !parent.running():
		return ErrTerminated
	}
	return nil
}

// registerVia is a function of its own so that a spawn without it needs less stack.
//
//go:noinline
func (p *process) registerVia(parent *process, opts *SpawnOptions) error {
	ctx := context.Background()
	if s := opts.starting; s != nil {
		ctx = s.ctx // it bounds the start, and so the service
	}
	return p.rt.registerAs(p.rt.acting(ctx, parent), opts.Via, p.pid())
}

// withdraw undoes a spawn that has failed. The parent, which has never seen the
// PID, is not told; whoever else has found p in the table meanwhile is.
func (p *process) withdraw(parent *process, ref pid.Ref) {
	if parent != nil {
		lockPair(parent, p)
		parent.forgetLinkLocked(p.pid())
		p.forgetLinkLocked(parent.pid())
		parent.forgetMonitorLocked(ref)
		p.forgetWatcherLocked(ref)
		unlockPair(parent, p)
	}
	if p.end(ending{reason: signal.Normal}) {
		p.rt.reap(p)
	}
}

func (p *process) forgetMonitorLocked(ref pid.Ref) {
	if p.rec != nil {
		p.rec.monitors.remove(ref)
	}
}
