package genserver

import (
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// Stepper is a server without a loop: whoever has it lets it handle one message at a
// time, in the calling goroutine. It is for tests, see package runtimetest.
// Only one goroutine may use it.
type Stepper struct {
	s *server
}

// Effects are what a method has asked the server loop for.
type Effects struct {
	Continued []any              // what HandleContinue was called with, in order
	Timeout   time.Duration      // what is left of the timeout; 0: there is none, or it is over
	Hibernate bool               // see [Context.Hibernate]
	Stop      *signal.ExitReason // the server has stopped, after Terminate; nil: it goes on
}

// NewStepper returns a server whose process is that of ctx, and whose Init has returned.
// Of opts it regards CallTimeout. The errors are those of [Start], as they were returned.
// The body of the process must neither receive nor return as long as the server goes on,
// and return [Effects].Stop then.
func NewStepper(ctx *runtime.Context, impl any, opts Options) (*Stepper, error) {
	impl = asServer(impl)
	handlers, err := checkServer(impl)
	if err != nil {
		return nil, err
	}
	s := newServer(impl, opts)
	s.handlers = handlers
	s.attach(ctx)
	if err := s.init(); err != nil {
		return nil, err
	}
	return &Stepper{s}, nil
}

// Step handles the oldest message for which match reports true, and waits for one as long
// as d. It returns [runtime.ErrTimeout] if none comes, and the exit reason if the
// process has got an exit signal.
func (st *Stepper) Step(match func(runtime.Message) bool, d time.Duration) (Effects, error) {
	m, err := st.s.ctx.Context.RecvMatchTimeout(match, d)
	if err != nil {
		return Effects{}, err
	}
	st.s.asked.hibernating = false
	st.s.handle(m)
	return st.finish(m), nil
}

// Timeout is what happens when the time of [Context.SetTimeout] is over.
func (st *Stepper) Timeout() Effects {
	st.s.asked.hibernating = false
	st.s.timeout()
	return st.finish(runtime.Message{})
}

// Settle does what Init has asked for.
func (st *Stepper) Settle() Effects { return st.finish(runtime.Message{}) }

// finish does what the loop does before the next message.
func (st *Stepper) finish(last runtime.Message) (e Effects) {
	s := st.s
	for s.alive() {
		v, ok := s.runContinue()
		if !ok {
			break
		}
		e.Continued = append(e.Continued, v)
	}
	if s.asked.timed {
		e.Timeout = max(0, s.asked.due-s.uptime())
	}
	e.Hibernate = s.asked.hibernating
	if stop := s.rareOf().stop; stop != nil {
		reason := *stop
		_ = s.terminate(reason, last)
		e.Stop = &reason
	}
	return e
}
