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
)

// start starts the process of a child that has none. After an error it still has none.
// A child that chose not to start is Stopped, and gone if it is temporary.
// Source: OTP, supervisor:do_start_child/2.
func (s *server) start(ctx *genserver.Context, c *child) error {
	if !s.children.beginStart() {
		return runtime.ErrTerminated
	}
	defer s.children.endStart()
	p, err := s.callStart(c)
	if errors.Is(err, ErrIgnore) {
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

// callStart calls the start function, whose panic must not be the supervisor's.
// Source: OTP, supervisor:do_start_child_i/3, which catches all.
func (s *server) callStart(c *child) (p pid.PID, err error) {
	ctx, cancel := s.startContext()
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in its start function: %v", r)
		}
	}()
	p, err = c.spec.Start(ctx)
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
