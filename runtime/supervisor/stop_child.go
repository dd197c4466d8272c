package supervisor

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// stopAll stops children, given in start order: in reverse order, each when the one
// before has ended. Those of a Dynamic supervisor are stopped at the same time.
// Source: OTP, supervisor:terminate_children/2, terminate_dynamic_children/1.
func (s *server) stopAll(ctx *genserver.Context, children []*child) {
	if s.dynamic() {
		s.stop(ctx, children)
		return
	}
	for _, c := range slices.Backward(children) {
		s.stop(ctx, []*child{c})
	}
}

// stop ends the processes of children and waits until they have ended: shutdown,
// wait, kill, wait. What is left then is as [server.retire] leaves it. The link
// stands until the process is Dead: if the supervisor itself is killed meanwhile, the
// process still gets its signal.
// Source: OTP, supervisor:shutdown/1.
func (s *server) stop(ctx *genserver.Context, children []*child) {
	w := wait{ctx: ctx, leaving: make(map[pid.Ref]*leaving, len(children))}
	for _, c := range children {
		if c.state == Running {
			w.ask(c)
			continue
		}
		if c.awaitsOrphans() {
			w.awaitOrphans(c.left, &leaving{child: c, limit: w.limit(c.spec.Shutdown), killed: c.spec.Shutdown == BrutalKill})
		}
		s.retire(c)
	}
	for len(w.leaving) > 0 {
		l, reason, err := w.next()
		if err != nil {
			return // we were killed: see orphans.go
		}
		if left := s.orphansOf(l); left != nil {
			w.awaitOrphans(left, l)
		}
		if !l.orphan {
			s.reportStop(ctx, l.child, takeExit(ctx, l.pid, reason))
			s.retire(l.child)
		}
	}
	for _, c := range children {
		c.awaitNoted(ctx.Context)
	}
}

// orphansOf returns what l, which has ended, has left behind, nil if nothing.
func (s *server) orphansOf(l *leaving) *children {
	if l.spec.Type != Supervisor {
		return nil
	}
	left := childrenOf(s.children.rt, l.pid)
	if left == nil || !left.hasOrphans() {
		return nil
	}
	if !l.orphan { // else it is left behind by one whose orphans are followed already
		s.followOrphans(l.child)
	}
	return left
}

// wait is the wait for processes that were asked to end.
type wait struct {
	ctx     *genserver.Context
	leaving map[pid.Ref]*leaving // by their monitors
	limited []*leaving           // those that have a limit, the earliest first
}

// leaving is a process that is to end.
type leaving struct {
	child  *child
	orphan bool // it is not the child's process, but below it; the child was killed
	pid    pid.PID
	spec   ChildSpec
	limit  time.Duration // when it is killed, by the runtime's uptime; Infinity: never
	killed bool
	ended  bool
}

// ask sends a child its exit signal.
func (w *wait) ask(c *child) {
	given := c.spec.Shutdown
	l := &leaving{child: c, pid: c.pid, spec: c.spec, limit: w.limit(given)}
	w.add(l)
	if given == BrutalKill {
		w.kill(l)
		return
	}
	_ = w.ctx.ExitWithin(c.pid, signal.Shutdown, given) // one that is gone, or out of reach, has its Down
}

// add begins to wait for l.
func (w *wait) add(l *leaving) {
	ref := w.ctx.Monitor(l.pid)
	w.leaving[ref] = l
	if l.limit == Infinity {
		return
	}
	at, _ := slices.BinarySearchFunc(w.limited, l.limit+1, func(other *leaving, limit time.Duration) int {
		return cmp.Compare(other.limit, limit)
	})
	w.limited = slices.Insert(w.limited, at, l)
}

// awaitOrphans begins to wait for what a supervisor has left that did not end by itself.
// If we have killed it, its time is over, and so is theirs. Else they are given no longer
// than it had; that each has a time of its own is seen to by followOrphans.
func (w *wait) awaitOrphans(left *children, sup *leaving) {
	if sup.killed {
		_ = left.kill() // a start that is under way holds up nobody but the child: see awaitsOrphans
		return
	}
	for p, spec := range left.processes() {
		w.add(&leaving{child: sup.child, orphan: true, pid: p, spec: spec, limit: sup.limit})
	}
}

// limit returns when a process is killed that is given a time from now on.
func (w *wait) limit(given time.Duration) time.Duration {
	if given == Infinity {
		return Infinity
	}
	return w.now() + max(given, 0)
}

func (w *wait) kill(l *leaving) {
	l.killed = true
	_ = w.ctx.Exit(l.pid, signal.Kill)
}

// next returns the next one of those that are waited for that has ended, and its reason. It
// kills those whose time is over.
func (w *wait) next() (ended *leaving, reason signal.ExitReason, err error) {
	match := func(m runtime.Message) bool {
		if m.Kind() != runtime.KindSystem {
			return false
		}
		d, ok := m.Value().(signal.Down)
		if !ok || w.leaving[d.Ref] == nil {
			return false
		}
		ended, reason = w.leaving[d.Ref], d.Reason
		ended.ended = true
		delete(w.leaving, d.Ref)
		return true
	}
	for {
		next := w.nextLimited()
		if next == nil {
			_, err = w.ctx.RecvMatch(match)
			return ended, reason, err
		}
		_, err = w.ctx.RecvMatchTimeout(match, next.limit-w.now())
		if !errors.Is(err, runtime.ErrTimeout) {
			return ended, reason, err
		}
		w.kill(next)
	}
}

// nextLimited returns the one that is to be killed next, nil if nobody is.
func (w *wait) nextLimited() *leaving {
	for len(w.limited) > 0 && (w.limited[0].ended || w.limited[0].killed) {
		w.limited = w.limited[1:]
	}
	if len(w.limited) == 0 {
		return nil
	}
	return w.limited[0]
}

func (w *wait) now() time.Duration { return w.ctx.Runtime().Uptime() }

// takeExit takes the exit signal of p, which is Dead, out of the mailbox, where it
// would be taken for another end of the child, and returns its reason: a monitor that
// came too late only knows noproc. Source: OTP, supervisor:unlink_flush/2.
func takeExit(ctx *genserver.Context, p pid.PID, reason signal.ExitReason) signal.ExitReason {
	_ = ctx.Unlink(p) // after it, the signal is there or never comes
	m, err := ctx.TryRecvMatch(func(m runtime.Message) bool { return isExitOf(m, p) })
	if err != nil {
		return reason
	}
	return m.Value().(signal.Exit).Reason
}
