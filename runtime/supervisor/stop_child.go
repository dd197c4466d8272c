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
	w := wait{ctx: ctx, leaving: make(map[pid.Ref]*child, len(children))}
	for _, c := range children {
		if c.state == Running {
			w.ask(c)
		} else {
			s.retire(c)
		}
	}
	slices.SortFunc(w.limits, func(a, b limit) int { return cmp.Compare(a.at, b.at) })
	for len(w.leaving) > 0 {
		down, err := w.next()
		if err != nil {
			return // we were killed: the children's family goes on
		}
		c := w.leaving[down.Ref]
		delete(w.leaving, down.Ref)
		if c.spec.Type == Supervisor {
			outlived(ctx.Runtime(), c.pid) // it may have been killed
		}
		s.reportStop(ctx, c, lastWord(ctx, c.pid, down.Reason))
		s.retire(c)
	}
}

// wait is the wait for children that were asked to end.
type wait struct {
	ctx     *genserver.Context
	leaving map[pid.Ref]*child // by their monitors
	limits  []limit            // of those that have one, the earliest first
}

// limit is when, by the runtime's uptime, a child that still lives is killed.
type limit struct {
	at  time.Duration
	ref pid.Ref
}

// ask sends a child its exit signal.
func (w *wait) ask(c *child) {
	ref := w.ctx.Monitor(c.pid)
	w.leaving[ref] = c
	if c.spec.Shutdown == BrutalKill {
		_ = w.ctx.Exit(c.pid, signal.Kill) // who is gone, or out of reach, has its Down
		return
	}
	_ = w.ctx.Exit(c.pid, signal.Shutdown)
	if c.spec.Shutdown != Infinity {
		w.limits = append(w.limits, limit{w.ctx.Runtime().Uptime() + c.spec.Shutdown, ref})
	}
}

// next returns the Down of one of those that are waited for. It kills who is late.
func (w *wait) next() (down signal.Down, err error) {
	match := func(m runtime.Message) bool {
		if m.Kind() != runtime.KindSystem {
			return false
		}
		d, ok := m.Value().(signal.Down)
		if ok && w.leaving[d.Ref] != nil {
			down = d
			return true
		}
		return false
	}
	for {
		bound, limited := w.untilLimit()
		if !limited {
			_, err = w.ctx.RecvMatch(match)
			return down, err
		}
		_, err = w.ctx.RecvMatchTimeout(match, bound)
		if !errors.Is(err, runtime.ErrTimeout) {
			return down, err
		}
		_ = w.ctx.Exit(w.leaving[w.limits[0].ref].pid, signal.Kill)
		w.limits = w.limits[1:]
	}
}

// untilLimit returns how long it is until the next child is to be killed.
func (w *wait) untilLimit() (d time.Duration, limited bool) {
	for len(w.limits) > 0 && w.leaving[w.limits[0].ref] == nil {
		w.limits = w.limits[1:]
	}
	if len(w.limits) == 0 {
		return 0, false
	}
	return w.limits[0].at - w.ctx.Runtime().Uptime(), true
}

// lastWord takes the exit signal of p, which is Dead, out of the mailbox, where it
// would be taken for another end of the child, and returns its reason: a monitor that
// came too late only knows noproc. Source: OTP, supervisor:unlink_flush/2.
func lastWord(ctx *genserver.Context, p pid.PID, reason signal.ExitReason) signal.ExitReason {
	_ = ctx.Unlink(p) // after it, the signal is there or never comes
	m, err := ctx.TryRecvMatch(func(m runtime.Message) bool { return isExitOf(m, p) })
	if err != nil {
		return reason
	}
	return m.Value().(signal.Exit).Reason
}
