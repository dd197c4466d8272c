package single

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/runtime"
)

// starter is the process in which Start runs, one for each leadership. It is apart from the
// standby because Start is the program's code, which may hang: the standby goes on all the
// same, and ends what was started.
type starter struct {
	*standby
	*leadership
	boss pid.PID // the standby
}

// started tells the standby which process has been started.
type started struct{ Process pid.PID }

// maxStarted is how many processes that Start has linked are looked at when it is killed.
const maxStarted = 100

// run starts the process and ends with it, for the same reason.
func (s *starter) run(ctx *runtime.Context) error {
	s.leaders.putStarter(s.name, ctx.PID())
	defer s.leaders.removeStarter(s.name, ctx.PID())
	child, err := s.startChild(ctx)
	if err != nil {
		return err
	}
	end, ok := s.session.Hold(s.c.Runtime(), child, s.entry.Fence)
	if !ok {
		_ = ctx.Exit(child, signal.Kill)
		return directory.ErrSessionLost
	}
	defer end()
	h := holding{s.session, s.entry.Fence, child}
	s.leaders.put(s.name, h)
	defer s.leaders.remove(s.name, h)
	if err := ctx.Send(s.boss, started{child}); err != nil {
		return err
	}
	return s.follow(ctx, child)
}

// startChild calls Start. Until that returns this process, and what it spawns, have the fence,
// and are killed when the session is lost; its context ends when the standby says so.
func (s *starter) startChild(ctx *runtime.Context) (child pid.PID, err error) {
	rt, self := s.c.Runtime(), ctx.PID()
	ended, ok := s.session.Starting(self, s.entry.Fence, func() { killStarted(rt, self) })
	if !ok {
		return pid.PID{}, directory.ErrSessionLost
	}
	defer ended()
	bounded, cancel := ctx.WatchExit(s.boss)
	defer cancel()
	if child, err = s.start(bounded); err == nil {
		err = ctx.Link(child)
	}
	if err == nil && bounded.Err() != nil { // it was told to end meanwhile
		_ = ctx.Exit(child, signal.Kill)
		err = context.Cause(bounded)
	}
	return child, err
}

// follow waits for the process's end, and hands on what the standby tells it.
func (s *starter) follow(ctx *runtime.Context, child pid.PID) error {
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		e, ok := m.Value().(signal.Exit)
		switch {
		case !ok:
		case e.From == child:
			return e.Reason
		case e.From == s.boss:
			_ = ctx.Exit(child, e.Reason)
		}
	}
}

// killStarted kills a starter and what it has started and linked so far, which a link alone
// would not: it may trap exits.
func killStarted(rt *runtime.Runtime, starter pid.PID) {
	info, _ := rt.InfoN(starter, maxStarted)
	_ = rt.Exit(starter, signal.Kill)
	for _, p := range info.Links {
		if i, ok := rt.InfoN(p, 0); ok && i.Parent == starter {
			_ = rt.Exit(p, signal.Kill)
		}
	}
}
