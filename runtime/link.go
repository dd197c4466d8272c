package runtime

import (
	"cmp"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// Link links the process with another: when one of them ends, the other gets an
// exit signal. There is one link between two processes, whoever sets it and
// however often; a link with oneself does nothing.
//
// If to has ended or never was, Link returns an error that is [ErrNoProc] and
// nothing else happens, whether the process traps exits or not. For a process of
// another node Link returns at once; if it is missing, or its node cannot be
// reached, that comes back as an exit signal with reason noproc or noconnection.
// Source: OTP, erlang:link/1.
func (c *Context) Link(to pid.PID) error {
	p := c.process()
	if err := p.link(to); err != nil {
		return &RuntimeError{"link", toPID(to), err}
	}
	p.traceLink(to, true)
	return nil
}

// Unlink takes the link with another process away. Once it has returned the link
// has no effect; an exit signal that is in the mailbox already stays there.
// Without a link it does nothing. Source: OTP, erlang:unlink/1.
func (c *Context) Unlink(to pid.PID) error {
	p := c.process()
	if err := p.unlink(to); err != nil {
		return &RuntimeError{"unlink", toPID(to), err}
	}
	p.traceLink(to, false)
	return nil
}

func (p *process) link(to pid.PID) error {
	if !to.IsLocal(p.rt.node.ID()) {
		return p.linkAway(to)
	}
	if to == p.pid() {
		return p.checkRunning()
	}
	q, ok := p.rt.registry.Get(to)
	if !ok {
		return cmp.Or(p.checkRunning(), ErrNoProc)
	}
	lockPair(p, q)
	defer unlockPair(p, q)
	return linkLocked(p, q)
}

// linkLocked sets the link between p and q, on p's behalf, with both locked. That
// both live and that both know of it is decided in one critical section.
func linkLocked(p, q *process) error {
	switch {
	case !p.running():
		return ErrTerminated
	case !q.running():
		return ErrNoProc
	}
	p.recordLocked().links.put(q.pid(), q)
	q.recordLocked().links.put(p.pid(), p)
	return nil
}

func (p *process) unlink(to pid.PID) error {
	if err := p.checkRunning(); err != nil {
		return err
	}
	q, ok := p.rt.registry.Get(to)
	if !ok || p == q {
		return p.unlinkAway(to)
	}
	lockPair(p, q)
	defer unlockPair(p, q)
	if !p.running() {
		return ErrTerminated // the link may have had its effect already
	}
	p.forgetLinkLocked(to)
	q.forgetLinkLocked(p.pid())
	return nil
}

// forgetLinkLocked takes p's side of a link away and reports whether it was there.
func (p *process) forgetLinkLocked(to pid.PID) bool {
	if p.rec == nil {
		return false
	}
	_, had := p.rec.links.remove(to)
	return had
}

// linkAway sets the link with a process of another node: first this side, so that
// an exit signal which comes back finds it.
func (p *process) linkAway(to pid.PID) error {
	if !to.IsRemote(p.rt.node.ID()) {
		return cmp.Or(p.checkRunning(), ErrNoProc)
	}
	p.mu.Lock()
	if !p.running() {
		p.mu.Unlock()
		return ErrTerminated
	}
	links := &p.recordLocked().links
	known := links.has(to)
	links.put(to, nil)
	p.mu.Unlock()
	if known {
		return nil
	}
	env := signal.Envelope{Kind: signal.Link, From: p.pid()}
	if p.rt.registry.Send((*Context)(p), to, env) != nil {
		p.rt.reapIf(p, p.acceptLinkExit(to, signal.NoConnection))
	}
	return nil
}

// unlinkAway takes the link with a process away that is not in this node's table:
// one of another node, or one that has ended.
func (p *process) unlinkAway(to pid.PID) error {
	p.mu.Lock()
	running, had := p.running(), p.forgetLinkLocked(to)
	p.mu.Unlock()
	if !running {
		return ErrTerminated
	}
	if had && to.IsRemote(p.rt.node.ID()) {
		p.rt.signalAway(to, signal.Envelope{Kind: signal.Unlink, From: p.pid()})
	}
	return nil
}

// acceptRemoteLink sets p's side of a link that from, on another node, has set.
func (p *process) acceptRemoteLink(from pid.PID) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return ErrNoProc
	}
	p.recordLocked().links.put(from, nil)
	return nil
}

// acceptUnlink takes p's side of a link away that from has taken away.
func (p *process) acceptUnlink(from pid.PID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgetLinkLocked(from)
}

func (p *process) checkRunning() error {
	if !p.running() {
		return ErrTerminated
	}
	return nil
}
