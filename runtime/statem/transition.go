package statem

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
)

// drain handles all events that wait, as long as the process lives.
func (m *machine[S, D]) drain() error {
	for !m.stopping && m.alive() {
		ev, ok := m.next()
		if !ok {
			return nil
		}
		if err := m.handle(ev); err != nil {
			return err
		}
	}
	return nil
}

// next returns the event to be handled next: the oldest that waits, else a timeout
// of time zero.
func (m *machine[S, D]) next() (Event, bool) {
	if len(m.queue) > 0 {
		ev := m.queue[0]
		m.queue = m.queue[1:]
		return ev, true
	}
	m.queue = nil
	return m.timers.takeDue()
}

// handle is one transition, with the context that the event came with.
func (m *machine[S, D]) handle(ev Event) error {
	if ev.ctx == nil || ev.ctx == m.server {
		return m.transit(&m.ctx, ev)
	}
	c := &Context[S, D]{Context: m.ctx.Context, Data: m.ctx.Data, machine: m, event: ev.ctx}
	defer func() { m.ctx.Data = c.Data }() // also for Terminate, if a function panics
	return m.transit(c, ev)
}

// transit does the steps of a transition in OTP's order, see the package doc.
func (m *machine[S, D]) transit(c *Context[S, D], ev Event) error {
	m.timers.cancel(m.server, EventTimer)
	next, err := m.call(c, ev)
	if err != nil || m.stopping {
		return err
	}
	from, changed := m.state, next != m.state
	m.state = next
	if err := m.check(); err != nil {
		return err
	}
	postpone := m.asked.postpone
	if changed || m.asked.repeat {
		if err := m.enter(c, from); err != nil {
			return err
		}
	}
	if postpone {
		m.postponed = append(m.postponed, ev)
	}
	if changed {
		m.queue = append(m.postponed, m.queue...)
		m.postponed = nil
		m.timers.cancel(m.server, StateTimer)
	}
	m.settle()
	return nil
}

// call lets the state handle ev, and sends the replies. What it does not handle
// leaves the machine where it is.
func (m *machine[S, D]) call(c *Context[S, D], ev Event) (next S, err error) {
	next, err = m.in().handle(c, ev)
	switch {
	case err == genserver.ErrUnhandled: // wrapped, it is that of a server that was called
		m.asked = asked{}
		m.refuse(ev)
		return m.state, nil
	case err != nil:
		return next, err
	case m.asked.mistake != nil:
		return next, m.asked.mistake
	}
	m.reply()
	return next, nil
}

// enter calls the Enter of the state that the machine has come to. Its replies are
// sent, and what else it asks for comes after what the call before asked for.
func (m *machine[S, D]) enter(c *Context[S, D], from S) error {
	enter := m.in().Enter
	if enter == nil || !m.alive() {
		return nil
	}
	asked := &m.asked
	asked.postpone, asked.repeat = false, false
	inserted := len(asked.inserted)
	if err := enter(c, from); err != nil {
		return err
	}
	if asked.postpone || len(asked.inserted) > inserted {
		asked.refuse("enter %v: an Enter can neither postpone nor insert events", m.state)
	}
	if asked.repeat {
		asked.refuse("enter %v: an Enter cannot repeat the state", m.state)
	}
	if asked.mistake != nil {
		return asked.mistake
	}
	m.reply()
	return nil
}

// reply sends the replies that were asked for: if the machine stops, when it has ended
// and its name is free.
func (m *machine[S, D]) reply() {
	for _, r := range m.asked.replies {
		switch {
		case r.err != nil && m.stopping:
			_ = r.to.ReplyErrorAtEnd(m.ctx.Context, r.err)
		case r.err != nil:
			_ = r.to.ReplyError(m.ctx.Context, r.err)
		case m.stopping:
			_ = r.to.ReplyAtEnd(m.ctx.Context, r.with)
		default:
			_ = r.to.Reply(m.ctx.Context, r.with) // fails only if the caller is told, or is out of reach
		}
	}
	m.asked.replies = nil
}

// settle does the last of what was asked for.
func (m *machine[S, D]) settle() {
	m.queue = append(m.asked.inserted, m.queue...)
	for _, change := range m.asked.timers {
		m.timers.change(m.server, change)
	}
	m.asked = asked{}
}

// refuse tells of an event that the state does not handle: its caller, or the
// runtime's logger. The type alone is logged, the content may be secret.
func (m *machine[S, D]) refuse(ev Event) {
	if ev.Kind == Call {
		_ = ev.From.ReplyError(m.ctx.Context, genserver.ErrUnhandled)
		return
	}
	inlet.Of(m.ctx.Runtime()).Logger().LogAttrs(context.Background(), slog.LevelWarn, "state machine does not handle an event",
		slog.String("pid", m.ctx.PID().String()),
		slog.String("state", fmt.Sprint(m.state)),
		slog.String("kind", ev.Kind.String()),
		slog.String("type", fmt.Sprintf("%T", ev.Content)))
}
