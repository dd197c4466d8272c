package genserver

import (
	"errors"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/text"
)

// server is a server's process: what is between its mailbox and its methods. It is
// kept small, there may be millions.
type server struct {
	ctx        Context // the server's own: for all methods but HandleCall
	impl       any
	handlers   *handlerTable // nil: none
	asked      asked
	clock      clock
	counts     counts
	rare       *rare // nil: nothing of it
	linked     bool  // with its parent from the start on
	suspended  bool
	alarms     bool   // some of an Alarmed have rung
	terminated bool   // Terminate has been called
	ahead      uint32 // how many messages were received ahead of older ones: see receivedInOrder
}

// counts are the messages that a server has handled.
type counts struct {
	calls, casts, infos uint64
}

func (c *counts) total() uint64 { return c.calls + c.casts + c.infos }

// lastReply is the reply of the call by which the server was stopped.
type lastReply struct {
	from  From
	reply any
}

func newServer(impl any, opts Options) *server {
	s := &server{impl: impl, clock: newClock(opts.HibernateAfter)}
	s.ctx.server = s
	if opts.CallTimeout != 0 {
		s.makeRare().callTimeout = opts.CallTimeout
	}
	s.asked.hibernating = s.clock.after >= 0
	return s
}

// run is the server's body: once from its start on, and once after each sleep.
func (s *server) run(*runtime.Context) error {
	returned := false
	var last runtime.Message // that was received
	defer func() {
		if !returned {
			s.crash(recover(), last)
		}
	}()
	err := s.loop(&last)
	returned = true
	return err
}

// errAsleep is returned by receive if there is nothing to do and the server is to
// hibernate, errDue if its timeout is over, errRang if it is the turn of an alarm.
var (
	errAsleep = errors.New("nothing to do")
	errDue    = errors.New("timeout is over")
	errRang   = errors.New("alarm has rung")
)

func (s *server) loop(last *runtime.Message) error {
	for {
		s.runContinues()
		if stop := s.rareOf().stop; stop != nil {
			return s.terminate(*stop, *last)
		}
		m, err := s.receive()
		switch {
		case err == nil:
			*last = m
			s.handle(m)
		case err == errDue:
			s.timeout()
		case err == errRang:
			s.ring()
		case err == errAsleep:
			return s.ctx.Context.Hibernate(s.run)
		default:
			return err // the exit signal: as in OTP, no Terminate
		}
	}
}

// alive reports whether the process has yet to get an exit signal. It is asked before
// each method is called: none runs after the end of the process.
func (s *server) alive() bool { return s.ctx.Context.Err() == nil }

// runContinues does what the last method asked to be done before the next message. If
// the process ends meanwhile, the receive that follows says so.
func (s *server) runContinues() {
	for s.rare != nil && s.alive() {
		if _, ok := s.runContinue(); !ok {
			return
		}
	}
}

// runContinue does the next of these, and returns with what.
func (s *server) runContinue() (v any, ok bool) {
	if v, ok = s.takeNext(); !ok {
		return nil, false
	}
	h, is := s.impl.(ContinueHandler)
	if !is {
		s.ctx.Stop(signal.Error("continue without a HandleContinue"))
		return nil, false
	}
	s.after("continue", v, h.HandleContinue(&s.ctx, v))
	return v, true
}

// after acts on what a method returned that has no caller to tell. ErrUnhandled counts
// only as it is: wrapped, it is the error of another server that this one has called.
func (s *server) after(what string, v any, err error) {
	s.noteOutcome(err)
	switch {
	case err == nil:
	case err == ErrUnhandled:
		s.reportUnhandled(what, v)
	default:
		s.ctx.Stop(signal.ReasonOf(err))
	}
}

// terminate runs Terminate, and after it explains the crash, if it is one, and sends what
// is left to be replied. last is the message that was received last.
func (s *server) terminate(reason signal.ExitReason, last runtime.Message) error {
	defer s.replyLast()
	if s.terminated || !s.alive() {
		return reason // it has run and failed, or an exit signal was faster
	}
	s.terminated = true
	if reason.IsFailure() {
		defer s.explain(last) // of a Terminate that fails, too
	}
	if t, ok := s.impl.(Terminator); ok {
		t.Terminate(&s.ctx, reason)
	}
	return reason
}

func (s *server) replyLast() {
	if last := s.rareOf().last; last != nil {
		s.rare.last = nil
		_ = last.from.ReplyAtEnd(s.ctx.Context, last.reply)
	}
}

// crash runs Terminate because a method has panicked, or called Goexit, and goes
// on with either. Of that the runtime makes the exit reason, this same one.
func (s *server) crash(panicked any, last runtime.Message) {
	if panicked == nil {
		_ = s.terminate(signal.Error("goexit: the body called runtime.Goexit"), last)
		return
	}
	_ = s.terminate(signal.Error(text.Panic(panicked)), last)
	panic(panicked)
}

// uptime is the clock that all times of a server are told by.
func (s *server) uptime() time.Duration { return s.ctx.Runtime().Uptime() }
