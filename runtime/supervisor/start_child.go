package supervisor

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/internal/guard"
)

// start starts the process of a child that has none. After an error it still has none.
// A child that chose not to start is Stopped, and gone if it is temporary.
// Source: OTP, supervisor:do_start_child/2.
func (s *server) start(ctx *genserver.Context, c *child) error {
	if s.stopping.Err() != nil {
		return context.Cause(s.stopping)
	}
	if !s.children.beginStart() {
		return runtime.ErrTerminated
	}
	defer s.children.endStart()
	p, err := s.callStart(ctx.Runtime(), c.spec)
	if isIgnore(err) {
		s.retire(c)
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.adopt(ctx, p); err != nil {
		return err
	}
	s.children.bind(c, p)
	c.retry, c.since = retry{}, ctx.Runtime().Uptime()
	return nil
}

// isIgnore reports whether a start function says that there is to be no process: by
// ErrIgnore itself, as it is or as genserver's start of that very process returns it. An
// error that only wraps it is about some other process, which the child cannot do without.
func isIgnore(err error) bool {
	if failed, ok := err.(*genserver.StartError); ok {
		err = failed.Err
	}
	return err == ErrIgnore
}

// callStart calls the start function, which may panic, end its goroutine or hang: then the
// start has failed. Source: OTP, supervisor:do_start_child_i/3, which catches all.
func (s *server) callStart(rt *runtime.Runtime, spec ChildSpec) (pid.PID, error) {
	ctx, cancel := s.startContext()
	defer cancel()
	p, err := guard.Call(ctx, DefaultShutdown,
		func() (pid.PID, error) { return spec.Start(ctx) },
		func(late pid.PID) { _ = kill(rt, late, spec.Type) })
	if err != nil {
		s.children.awaitBeginnings() // they may take longer to stop than it is waited for them
	}
	if err == nil && p.IsZero() {
		err = errors.New("its start function returned no process")
	}
	return p, err
}

func (s *server) startContext() (context.Context, context.CancelFunc) {
	if s.spec.StartTimeout == 0 {
		return context.WithCancel(s.stopping)
	}
	return context.WithTimeout(s.stopping, s.spec.StartTimeout)
}

// adopt makes sure that p's end will be noticed, once and for one child. A start
// function links its process with the supervisor; if it did not, this does.
func (s *server) adopt(ctx *genserver.Context, p pid.PID) error {
	if other := s.children.find(p); other != nil {
		return fmt.Errorf("its start function returned %s, which is child %q already", p, other.spec.ID)
	}
	if ctx.Link(p) == nil || exitIsComing(ctx, p) {
		return nil
	}
	return fmt.Errorf("its start function returned %s: %w", p, runtime.ErrNoProc)
}

// exitIsComing reports whether an exit signal of p, which is Dead, is in the mailbox
// or will be: in this order, since with its arrival the link goes.
func exitIsComing(ctx *genserver.Context, p pid.PID) (coming bool) {
	self, _ := ctx.Runtime().Info(ctx.PID())
	if slices.Contains(self.Links, p) {
		return true
	}
	_, _ = ctx.TryRecvMatch(func(m runtime.Message) bool {
		coming = coming || isExitOf(m, p)
		return false // it stays where it is
	})
	return coming
}

func isExitOf(m runtime.Message, p pid.PID) bool {
	if m.Kind() != runtime.KindSystem {
		return false
	}
	exit, ok := m.Value().(signal.Exit)
	return ok && exit.From == p
}

// retire is what becomes of a child whose process has ended and is not to be
// restarted: its spec is kept unless it is temporary, or the supervisor Dynamic.
// Source: OTP, supervisor:del_child/2.
func (s *server) retire(c *child) {
	delete(s.retries, c.retry.ref)
	if c.spec.Restart == Temporary || s.dynamic() {
		s.children.drop(c)
		return
	}
	s.children.unbind(c)
}
