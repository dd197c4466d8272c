package remote

import (
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/internal/wire"
)

// linkIn acts on exit signals and on what begins and ends links.
func (c *conn) linkIn(f *wire.Frame) error {
	s, _ := f.Kind.Signal()
	env := signal.Envelope{Kind: s, From: c.remote(f.From), Reason: f.Reason}
	if f.Kind == wire.Exit {
		if to, ok := c.receiver(f); ok {
			c.node.arrive(to, arrival{conn: c, env: env})
		}
		return nil
	}
	if f.Kind == wire.Link && c.isOverloaded() {
		return errOverload
	}
	c.node.arrive(f.To, arrival{conn: c, env: env, about: f.Kind})
	return nil
}

// isOverloaded reports whether the peer may not begin another relation.
func (c *conn) isOverloaded() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.related.set(int64(c.relations.len()))
	return c.relations.len() >= c.cfg.MaxRelations || c.related.exceeded()
}

// relate acts on a frame about the link p. It does so when the frame takes effect,
// behind the messages that it may have had to wait for.
func (c *conn) relate(kind wire.Kind, p pair, reason signal.ExitReason) {
	if c.noteLinkIn(kind, p) {
		env := signal.Envelope{Kind: signal.LinkExit, From: c.remote(p.remote), Reason: reason}
		_ = c.node.rt.Deliver(noWait, c.node.address(p.local), env)
	}
}

// noteLinkIn is what relate does in one critical section: what the node knows of the
// link, what its process does, and what the peer is told. Else the process could link
// or unlink in between, and the two sides would disagree for good. It reports whether
// an exit signal is due, which may make the process send, and so cannot be part of it.
func (c *conn) noteLinkIn(kind wire.Kind, p pair) (exit bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch kind {
	case wire.Link:
		if c.relations.linkIn(p) && !c.setLink(p, true) {
			c.relations.linkEnded(p)
			c.answerLocked(wire.LinkExit, p.local, p.remote, 0, signal.NoProc)
		}
	case wire.Unlink:
		if c.relations.linkEnded(p) {
			c.setLink(p, false)
		}
		c.answerLocked(wire.UnlinkAck, p.local, p.remote, 0, signal.Normal)
	case wire.LinkExit:
		return c.relations.linkEnded(p)
	case wire.UnlinkAck:
		c.relations.unlinkAcked(p)
	}
	return false
}

// setLink makes the process of this node know what the node knows.
func (c *conn) setLink(p pair, linked bool) (running bool) {
	return c.node.rt.SetLink(c.local(p.local), c.remote(p.remote), linked)
}

// monitorIn acts on what begins and ends monitors.
func (c *conn) monitorIn(f *wire.Frame) error {
	env := signal.Envelope{From: c.remote(f.From), Ref: pid.NewRef(c.peer, f.Ref), Reason: f.Reason}
	switch f.Kind {
	case wire.Monitor:
		to, err := c.watchIn(f)
		if err != nil || to == 0 {
			return err
		}
		env.Kind = signal.Monitor
		c.node.arrive(to, arrival{conn: c, env: env})
	case wire.Demonitor:
		env.Kind = signal.Demonitor
		if to, ok := c.unwatched(f.Ref); ok {
			c.node.arrive(to, arrival{conn: c, env: env})
		}
	case wire.Down:
		env.Kind, env.Ref = signal.DownSignal, pid.NewRef(c.node.self, f.Ref)
		if w, ok := c.unwatch(f.Ref); ok {
			c.node.arrive(w.local, arrival{conn: c, env: env})
		}
	}
	return nil
}

// watchIn takes note of a monitor or call of the peer's and returns whom it is for,
// 0 if nobody has the name: then it has been answered.
func (c *conn) watchIn(f *wire.Frame) (to uint64, err error) {
	to, ok := c.receiver(f)
	if !ok {
		c.answer(wire.Down, 0, f.From, f.Ref, signal.NoProc)
		return 0, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.relations.watchIn(f.Ref, pair{to, f.From}) {
		return 0, fmt.Errorf("%v frame with reference %d, which is in use", f.Kind, f.Ref)
	}
	c.related.set(int64(c.relations.len()))
	if c.relations.len() > c.cfg.MaxRelations || c.related.exceeded() {
		return 0, errOverload
	}
	return to, nil
}

// unwatched ends a monitor or call of the peer's and returns whom it was for.
func (c *conn) unwatched(ref uint64) (local uint64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := remove(&c.relations.watched, ref)
	return p.local, ok
}

// unwatch ends a monitor or call of a process of this node.
func (c *conn) unwatch(ref uint64) (watch, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return remove(&c.relations.watching, ref)
}

// answerDown ends a call of the peer's process with a reason.
func (c *conn) answerDown(to, from, ref uint64, reason signal.ExitReason) {
	if _, ok := c.unwatched(ref); ok {
		c.answer(wire.Down, from, to, ref, reason)
	}
}

// answer queues the answer to a frame.
func (c *conn) answer(kind wire.Kind, from, to, ref uint64, reason signal.ExitReason) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answerLocked(kind, from, to, ref, reason)
}

func (c *conn) answerLocked(kind wire.Kind, from, to, ref uint64, reason signal.ExitReason) {
	if c.state == connUp {
		c.out = wire.AppendSignal(c.out, kind, from, wire.To{ID: to}, ref, reason)
		c.wakeLocked()
	}
}
