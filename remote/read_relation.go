package remote

import (
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/internal/wire"
)

// linkIn acts on exit signals and on what begins and ends links.
func (l *link) linkIn(f *wire.Frame) error {
	s, _ := f.Kind.Signal()
	env := signal.Envelope{Kind: s, From: l.remote(f.From), Reason: f.Reason}
	if f.Kind == wire.Exit {
		if to, ok := l.receiver(f); ok {
			l.node.arrive(to, arrival{link: l, env: env})
		}
		return nil
	}
	if f.Kind == wire.Link && l.isOverloaded() {
		return errOverload
	}
	l.node.arrive(f.To, arrival{link: l, env: env, about: f.Kind})
	return nil
}

// isOverloaded reports whether the peer may not begin another relation.
func (l *link) isOverloaded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.relations.len() >= l.node.cfg.MaxRelations
}

// relate acts on a frame about the link p. It does so when the frame takes effect,
// behind the messages that it may have had to wait for.
func (l *link) relate(kind wire.Kind, p pair, reason signal.ExitReason) {
	if l.noteLinkIn(kind, p) {
		env := signal.Envelope{Kind: signal.LinkExit, From: l.remote(p.remote), Reason: reason}
		_ = l.node.rt.Deliver(noWait, l.node.address(p.local), env)
	}
}

// noteLinkIn is what relate does in one critical section: what the node knows of the
// link, what its process does, and what the peer is told. Else the process could link
// or unlink in between, and the two sides would disagree for good. It reports whether
// an exit signal is due, which may make the process send, and so cannot be part of it.
func (l *link) noteLinkIn(kind wire.Kind, p pair) (exit bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch kind {
	case wire.Link:
		if l.relations.linkIn(p) && !l.setLink(p, true) {
			l.relations.linkEnded(p)
			l.answerLocked(wire.LinkExit, p.local, p.remote, 0, signal.NoProc)
		}
	case wire.Unlink:
		if l.relations.linkEnded(p) {
			l.setLink(p, false)
		}
		l.answerLocked(wire.UnlinkAck, p.local, p.remote, 0, signal.Normal)
	case wire.LinkExit:
		return l.relations.linkEnded(p)
	case wire.UnlinkAck:
		l.relations.unlinkAcked(p)
	}
	return false
}

// setLink makes the process of this node know what the node knows.
func (l *link) setLink(p pair, linked bool) (running bool) {
	return l.node.rt.SetLink(l.local(p.local), l.remote(p.remote), linked)
}

// monitorIn acts on what begins and ends monitors.
func (l *link) monitorIn(f *wire.Frame) error {
	env := signal.Envelope{From: l.remote(f.From), Ref: pid.NewRef(l.peer, f.Ref), Reason: f.Reason}
	switch f.Kind {
	case wire.Monitor:
		to, err := l.watchIn(f)
		if err != nil || to == 0 {
			return err
		}
		env.Kind = signal.Monitor
		l.node.arrive(to, arrival{link: l, env: env})
	case wire.Demonitor:
		env.Kind = signal.Demonitor
		if to, ok := l.unwatched(f.Ref); ok {
			l.node.arrive(to, arrival{link: l, env: env})
		}
	case wire.Down:
		env.Kind, env.Ref = signal.DownSignal, pid.NewRef(l.node.self, f.Ref)
		if w, ok := l.unwatch(f.Ref); ok {
			l.node.arrive(w.local, arrival{link: l, env: env})
		}
	}
	return nil
}

// watchIn takes note of a monitor or call of the peer's and returns whom it is for,
// 0 if nobody has the name: then it has been answered.
func (l *link) watchIn(f *wire.Frame) (to uint64, err error) {
	to, ok := l.receiver(f)
	if !ok {
		l.answer(wire.Down, 0, f.From, f.Ref, signal.NoProc)
		return 0, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.relations.watchIn(f.Ref, pair{to, f.From}) {
		return 0, fmt.Errorf("%v frame with reference %d, which is in use", f.Kind, f.Ref)
	}
	if l.relations.len() > l.node.cfg.MaxRelations {
		return 0, errOverload
	}
	return to, nil
}

// unwatched ends a monitor or call of the peer's and returns whom it was for.
func (l *link) unwatched(ref uint64) (local uint64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := remove(&l.relations.watched, ref)
	return p.local, ok
}

// unwatch ends a monitor or call of a process of this node.
func (l *link) unwatch(ref uint64) (watch, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return remove(&l.relations.watching, ref)
}

// answerDown ends a call of the peer's process with a reason.
func (l *link) answerDown(to, from, ref uint64, reason signal.ExitReason) {
	if _, ok := l.unwatched(ref); ok {
		l.answer(wire.Down, from, to, ref, reason)
	}
}

// answer queues the answer to a frame.
func (l *link) answer(kind wire.Kind, from, to, ref uint64, reason signal.ExitReason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answerLocked(kind, from, to, ref, reason)
}

func (l *link) answerLocked(kind wire.Kind, from, to, ref uint64, reason signal.ExitReason) {
	if l.state == linkUp {
		l.out = wire.AppendSignal(l.out, kind, from, wire.To{ID: to}, ref, reason)
		l.wakeLocked()
	}
}
