package statem

import (
	"fmt"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// machine is a [Machine] that runs: a server that makes events of messages.
type machine[S comparable, D any] struct {
	spec   Machine[S, D]
	ctx    Context[S, D] // for events that came with nothing
	server *genserver.Context
	asked  asked // of the function that runs, or has returned just now

	state     S
	queue     []Event // to be handled now, the oldest first
	postponed []Event // the oldest first
	timers    timers
	stopping  bool
}

func newMachine[S comparable, D any](spec Machine[S, D]) *machine[S, D] {
	m := &machine[S, D]{spec: spec, state: spec.Initial}
	m.ctx.Data, m.ctx.machine = spec.Data, m
	return m
}

// in returns what the machine's present state does.
func (m *machine[S, D]) in() State[S, D] {
	if state, ok := m.spec.States[m.state]; ok {
		return state
	}
	return m.spec.Default
}

// check returns an error if the machine has come to a state that can do nothing.
func (m *machine[S, D]) check() error {
	if !m.in().handles() {
		return fmt.Errorf("state %v has no Handle", m.state)
	}
	return nil
}

// alive reports whether the process has yet to get an exit signal. It is asked before
// each function of the machine is called: none runs after the end of the process.
func (m *machine[S, D]) alive() bool { return m.ctx.Context.Err() == nil }

// begin is what follows Init: it is done once the start has returned.
type begin struct{}

func (m *machine[S, D]) Init(ctx *genserver.Context) error {
	m.server, m.ctx.Context, m.ctx.event = ctx, ctx.Context, ctx
	if err := m.checkHandlers(); err != nil {
		return err
	}
	if m.spec.Init != nil {
		state, err := m.spec.Init(&m.ctx)
		if err != nil {
			return err
		}
		m.state = state
	}
	if m.asked.repeat {
		m.asked.refuse("init: the first state is entered anyway, it cannot be repeated")
	}
	if err := m.asked.mistake; err != nil {
		return err
	}
	ctx.Continue(begin{})
	return m.check()
}

// HandleContinue enters the first state.
func (m *machine[S, D]) HandleContinue(*genserver.Context, any) error {
	m.asked.postpone = false // there is no event
	m.reply()
	if err := m.enter(&m.ctx, m.state); err != nil {
		m.fail(err)
		return nil
	}
	m.settle()
	m.run()
	return nil
}

func (m *machine[S, D]) HandleCall(ctx *genserver.Context, from genserver.From, req any) (any, error) {
	m.accept(Event{Kind: Call, From: from, Content: req, ctx: ctx})
	return genserver.NoReply, nil
}

func (m *machine[S, D]) HandleCast(ctx *genserver.Context, msg any) error {
	m.accept(Event{Kind: Cast, Content: msg, ctx: ctx})
	return nil
}

func (m *machine[S, D]) HandleInfo(ctx *genserver.Context, msg any) error {
	m.accept(Event{Kind: Info, Content: msg, ctx: ctx})
	return nil
}

// AlarmDue implements genserver.Alarmed.
func (m *machine[S, D]) AlarmDue(received uint64) bool {
	first := m.timers.first()
	return first != nil && first.rang.Load()-1 <= received
}

// HandleAlarm implements genserver.Alarmed.
func (m *machine[S, D]) HandleAlarm(*genserver.Context) error {
	if ev, ok := m.timers.takeFirst(); ok {
		m.accept(ev)
	}
	return nil
}

// accept handles an event from outside, and all that follows from it.
func (m *machine[S, D]) accept(ev Event) {
	m.queue = append(m.queue, ev)
	m.run()
}

func (m *machine[S, D]) run() {
	if err := m.drain(); err != nil {
		m.fail(err)
	}
}

func (m *machine[S, D]) fail(err error) { m.ctx.Stop(signal.ReasonOf(err)) }

func (m *machine[S, D]) Terminate(_ *genserver.Context, reason signal.ExitReason) {
	if m.spec.Terminate == nil {
		return
	}
	m.asked = asked{} // of a function that has failed: nothing of it is done
	m.spec.Terminate(&m.ctx, reason)
	m.reply()
}

// ReplaceState implements genserver.StateReplacer.
func (m *machine[S, D]) ReplaceState(replace func(any) (any, error)) error {
	replaced, err := replace(Status[S, D]{m.state, m.ctx.Data})
	if err != nil {
		return err
	}
	status, ok := replaced.(Status[S, D])
	if !ok {
		return fmt.Errorf("%w: it is a %T", genserver.ErrStateType, Status[S, D]{})
	}
	before := m.state
	m.state = status.State
	if err := m.check(); err != nil {
		m.state = before
		return err
	}
	m.ctx.Data = status.Data
	return nil
}
