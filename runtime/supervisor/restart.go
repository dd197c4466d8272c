package supervisor

import (
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
)

// ended decides what follows from the end of a child's process that the supervisor has
// not asked for. Source: OTP, supervisor:do_restart/3.
func (s *server) ended(ctx *genserver.Context, c *child, reason signal.ExitReason) {
	c.state = Restarting // for now: it has no process
	if c.spec.Type == Supervisor {
		s.followOrphans(c)
	}
	if ctx.Runtime().Uptime()-c.since >= s.spec.Backoff.ResetAfter {
		c.streak = 0
	}
	if c.spec.Restart == Permanent || reason.IsFailure() {
		s.reportEnd(ctx, c, reason)
	}
	if c.spec.isRestartedAfter(reason) {
		s.restart(ctx, c, reason)
		return
	}
	s.retire(c)
	s.shutDownIfDue(ctx, c)
}

// isRestartedAfter reports whether the end of a child for this reason makes it restart.
func (c ChildSpec) isRestartedAfter(reason signal.ExitReason) bool {
	return c.Restart == Permanent || c.Restart == Transient && reason.IsFailure()
}

// shutDownIfDue ends the supervisor if the end of c, which is not restarted, is what
// AutoShutdown waits for. Source: OTP, supervisor:do_auto_shutdown/2.
func (s *server) shutDownIfDue(ctx *genserver.Context, c *child) {
	switch {
	case s.spec.AutoShutdown == Never || !c.spec.Significant:
		return
	case s.spec.AutoShutdown == AllSignificant:
		for other := range s.children.all {
			if other.spec.Significant && other.state != Stopped {
				return
			}
		}
	}
	ctx.Stop(signal.Shutdown)
}

// restart brings back a child whose process has ended, and those that the strategy stops
// with it. Source: OTP, supervisor:restart/2.
func (s *server) restart(ctx *genserver.Context, c *child, reason signal.ExitReason) {
	if !s.count(ctx, c, reason) {
		return
	}
	if delay := s.delay(c); delay > 0 {
		s.stopAll(ctx, without(s.restartGroup(c), c))
		s.retryAfter(ctx, c, delay, retry{counted: true})
		return
	}
	s.revive(ctx, c)
}

// count notes a restart, and reports false if it is one too many: then the supervisor
// gives up.
func (s *server) count(ctx *genserver.Context, c *child, reason signal.ExitReason) bool {
	if s.history.add(ctx.Runtime().Uptime(), restart{time: time.Now(), child: c.spec.ID, reason: reason}) {
		return true
	}
	s.reportGivingUp(ctx, c)
	s.retire(c)
	ctx.Stop(signal.Shutdown)
	return false
}

// revive stops the others of c's group, and starts all of it, in start order. If one
// cannot be started, those after it stay stopped, and it is tried again later: in
// between the supervisor looks at its mail. So it is while orphans of one of them live.
// Source: OTP, supervisor:restart/3, restart_multiple_children/3.
func (s *server) revive(ctx *genserver.Context, c *child) {
	was := pidsOf(s.restartGroup(c))
	s.stopAll(ctx, without(s.restartGroup(c), c))
	group := s.restartGroup(c)
	if i := slices.IndexFunc(group, (*child).awaitsOrphans); i >= 0 {
		s.retryWhen(ctx, c, group[i].gone)
		return
	}
	for _, member := range group {
		if s.stopping.Err() != nil {
			return // that message is in the mailbox; or we have been killed
		}
		if err := s.start(ctx, member); err != nil {
			s.reportStart(ctx, member, err)
			s.retryAfter(ctx, member, s.delay(member), retry{reason: signal.ReasonOf(err)})
			return
		}
		if member.state == Running {
			member.restarts++
			s.reportRestart(ctx, member, was[member])
		}
	}
}

// restartGroup returns the children that are restarted together with c, and c, in start
// order.
func (s *server) restartGroup(c *child) []*child {
	switch s.spec.Strategy {
	case OneForAll:
		return s.children.ordered()
	case RestForOne:
		all := s.children.ordered()
		return all[slices.Index(all, c):]
	default:
		return []*child{c}
	}
}

func pidsOf(children []*child) map[*child]pid.PID {
	all := make(map[*child]pid.PID, len(children))
	for _, c := range children {
		all[c] = c.pid
	}
	return all
}

func without(children []*child, c *child) []*child {
	return slices.DeleteFunc(children, func(other *child) bool { return other == c })
}

// retryNow is what the supervisor sends itself to try again, behind the mail that is
// there. Source: OTP, supervisor:try_again_restart/1.
type retryNow struct {
	Ref pid.Ref
}

func init() { term.MustRegister[retryNow]("supervisor.Retry") }

// retryAfter makes the supervisor try again to start c after a delay.
func (s *server) retryAfter(ctx *genserver.Context, c *child, delay time.Duration, r retry) {
	if delay > 0 {
		r.ref = ctx.StartTimer(delay)
	} else {
		r.ref = ctx.Runtime().Node().NextRef()
		_ = genserver.Cast(ctx, ctx.PID(), retryNow{r.ref}) // fails only if we have been killed
	}
	c.state, c.retry = Restarting, r
	s.retries[r.ref] = c
}

// retryWhen makes the supervisor try again to start c when gone is closed. The restart has
// been counted.
func (s *server) retryWhen(ctx *genserver.Context, c *child, gone <-chan struct{}) {
	ref := ctx.Runtime().Node().NextRef()
	c.state, c.retry = Restarting, retry{ref: ref, counted: true}
	s.retries[ref] = c
	go func() { // ends with the orphans, which are given a time, or with the supervisor
		select {
		case <-gone:
			_ = genserver.Cast(ctx.Context, ctx.PID(), retryNow{ref}) // fails only if we have ended
		case <-ctx.Context.Done():
		}
	}()
}

// followOrphans notes what the process of c, a supervisor that has ended, has left. Nobody
// waits for it but c: the others are none of its business.
func (s *server) followOrphans(c *child) {
	if left := childrenOf(s.children.rt, c.pid); left != nil && left.hasOrphans() {
		c.left, c.gone = left, s.children.inherit(left)
	}
}

// tryAgain restarts the child that waits under ref, unless it does not any more: it
// was terminated, or restarted with another.
func (s *server) tryAgain(ctx *genserver.Context, ref pid.Ref) {
	c := s.retries[ref]
	delete(s.retries, ref)
	if c == nil || c.state != Restarting || c.retry.ref != ref {
		return
	}
	if c.retry.counted || s.count(ctx, c, c.retry.reason) {
		s.revive(ctx, c)
	}
}

// delay returns how long the next restart of c waits.
func (s *server) delay(c *child) time.Duration {
	if s.spec.Backoff.Initial == 0 {
		return 0
	}
	c.streak++
	return s.spec.Backoff.delay(c.streak)
}
