package single

import (
	"context"
	"errors"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/internal/mirror"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// standby waits for a name and then has a process run.
//
//	waiting --claimed--> leading --its process ended, told to stop--> ended
//	   '---- session lost ----'
type standby struct {
	c        *cluster.Cluster
	name     string
	key      string
	start    supervisor.StartFunc
	shutdown time.Duration
	parent   pid.PID
	leaders  *leaders
}

// What a standby is told by its own helpers.
type (
	free    struct{} // the name is free, or may be
	lost    struct{} // the session is lost
	leaving struct{} // the cluster is being left
)

// run waits and leads, by turns.
func (s *standby) run(ctx *runtime.Context) error {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	d, err := s.c.Directory()
	if err != nil {
		return err
	}
	tell := func(v any) { _ = s.c.Runtime().Send(watching, ctx.PID(), v) }
	go mirror.Run(watching, d, s.key, s.c.TTL()/10, func(events []directory.Event) { // ends with the standby
		for _, e := range events {
			if e.Entry.Key == s.key && e.Freed {
				tell(free{})
			}
		}
	})
	for {
		lead, err := s.claim(ctx)
		if err != nil {
			return err
		}
		if lead != nil {
			if err := s.lead(ctx, lead); err != nil {
				return err
			}
		}
	}
}

// leadership is a claim of the name.
type leadership struct {
	session *cluster.Session
	entry   directory.Entry
}

// claim tries to get the name, and waits until it may be free if somebody has it. It
// returns an error if the standby is to end.
func (s *standby) claim(ctx *runtime.Context) (*leadership, error) {
	if l := s.try(ctx); l != nil {
		return l, nil
	}
	// The time-out is for a session that comes back and for a change that was missed
	// before the watch began.
	m, err := ctx.RecvTimeout(s.c.TTL() / 5)
	switch {
	case errors.Is(err, runtime.ErrTimeout):
		return nil, nil
	case err != nil:
		return nil, err
	}
	if e, ok := m.Value().(signal.Exit); ok {
		return nil, e.Reason
	}
	return nil, nil
}

// try claims the name. A standby of this node that was killed while it had the name may not
// have freed it yet: what it has started is killed and its claim replaced.
func (s *standby) try(ctx *runtime.Context) *leadership {
	session, err := s.c.Session()
	if err != nil || s.c.IsLeaving() {
		return nil
	}
	stop, cancel := ctx.WatchExit(s.parent)
	defer cancel()
	c := directory.Claim{Key: s.key, Value: []byte(ctx.PID().String())}
	for {
		held, err := session.Claim(stop, c)
		if err != nil {
			return nil
		}
		if session.Holds(held[0], c) {
			return &leadership{session, held[0]}
		}
		before, err := pid.ParsePID(string(held[0].Value))
		if held[0].Owner != session.ID() || err != nil || s.c.Runtime().IsAlive(before) || c.Replace == held[0].Fence {
			return nil
		}
		s.leaders.killStarter(s.c.Runtime(), s.name)
		c.Replace = held[0].Fence
	}
}

// lead has the process run until it ends, the session is lost, or the standby is told to end.
// It returns nil if the standby is to wait again.
func (s *standby) lead(ctx *runtime.Context, l *leadership) error {
	w := &starter{s, l, ctx.PID()}
	p, _, err := ctx.SpawnOpt(runtime.SpawnOptions{Link: true, TrapExit: true, Label: "starts " + s.name}, w.run)
	if err != nil {
		s.release(l)
		return err
	}
	return s.attend(ctx, l, p)
}

// attend waits for what ends the leadership.
func (s *standby) attend(ctx *runtime.Context, l *leadership, starter pid.PID) error {
	over := make(chan struct{})
	defer close(over)
	stay := s.c.OnLeave(func(leave context.Context) {
		_ = s.c.Runtime().TrySend(ctx.PID(), leaving{})
		select {
		case <-over:
		case <-leave.Done():
		}
	})
	defer stay()
	disown, ok := l.session.Own(func() { _ = s.c.Runtime().TrySend(ctx.PID(), lost{}) })
	defer disown()
	if !ok {
		s.stop(ctx, starter, signal.Kill, 0)
		return nil
	}
	var child pid.PID
	for {
		m, err := ctx.Recv()
		if err != nil { // the standby was killed
			killStarted(s.c.Runtime(), starter)
			s.release(l)
			return err
		}
		switch v := m.Value().(type) {
		case started:
			child = v.Process
		case lost:
			s.stop(ctx, starter, signal.Kill, 0)
			return nil
		case leaving:
			s.stop(ctx, starter, signal.Shutdown, s.shutdown)
			s.release(l)
			return nil
		case signal.Exit:
			return s.exited(ctx, l, v, starter, child)
		}
	}
}

// exited ends the leadership because somebody has ended: the starter, or who tells the standby
// to end.
func (s *standby) exited(ctx *runtime.Context, l *leadership, e signal.Exit, starter, child pid.PID) error {
	if e.From != starter {
		s.stop(ctx, starter, signal.Shutdown, s.shutdown)
	} else if !child.IsZero() {
		_ = ctx.Exit(child, signal.Kill) // if it was the starter that was killed
	}
	if e.From == starter && l.session.State() == cluster.Lost {
		return nil // it ended for that
	}
	s.release(l)
	return e.Reason
}

// stop ends the starter, with the process, and waits for that.
func (s *standby) stop(ctx *runtime.Context, starter pid.PID, reason signal.ExitReason, grace time.Duration) {
	ended := func(m runtime.Message) bool {
		e, ok := m.Value().(signal.Exit)
		return ok && e.From == starter
	}
	if grace > 0 {
		_ = ctx.Exit(starter, reason)
		if _, err := ctx.RecvMatchTimeout(ended, grace); err == nil {
			return
		}
	}
	killStarted(s.c.Runtime(), starter)
	_, _ = ctx.RecvMatch(ended)
}

// release frees the name.
func (s *standby) release(l *leadership) {
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	_ = l.session.Release(ctx, l.entry) // else it goes with the session
}
