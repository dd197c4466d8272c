package statem

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/starlang-go/starlang/runtime/genserver"
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
	due, ok := m.timers.takeDue()
	return due.event(), ok
}

// handle is one transition. Its steps are in OTP's order, see the package doc.
func (m *machine[S, D]) handle(ev Event) error {
	m.timers.cancel(m.ctx.Context, EventTimer)
	next, err := m.call(ev)
	if err != nil || m.stopping {
		return err
	}
	from, changed := m.state, next != m.state
	m.state = next
	if err := m.check(); err != nil {
		return err
	}
	postpone := m.ctx.asked.postpone
	if changed || m.ctx.asked.repeat {
		if err := m.enter(from); err != nil {
			return err
		}
	}
	if postpone {
		m.postponed = append(m.postponed, ev)
	}
	if changed {
		m.queue = append(m.postponed, m.queue...)
		m.postponed = nil
		m.timers.cancel(m.ctx.Context, StateTimer)
	}
	m.settle()
	return nil
}

// call lets the state handle ev, and sends the replies. What it does not handle
// leaves the machine where it is.
func (m *machine[S, D]) call(ev Event) (next S, err error) {
	next, err = m.in().Handle(&m.ctx, ev)
	switch {
	case err == genserver.ErrUnhandled: // wrapped, it is that of a server that was called
		m.ctx.asked = asked{}
		m.refuse(ev)
		return m.state, nil
	case err != nil:
		return next, err
	case m.ctx.asked.mistake != nil:
		return next, m.ctx.asked.mistake
	}
	m.reply()
	return next, nil
}

// enter calls the Enter of the state that the machine has come to. Its replies are
// sent, and what else it asks for comes after what the call before asked for.
func (m *machine[S, D]) enter(from S) error {
	enter := m.in().Enter
	if enter == nil || !m.alive() {
		return nil
	}
	asked := &m.ctx.asked
	asked.postpone, asked.repeat = false, false
	inserted := len(asked.inserted)
	if err := enter(&m.ctx, from); err != nil {
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

// reply sends the replies that were asked for.
func (m *machine[S, D]) reply() {
	for _, r := range m.ctx.asked.replies {
		if r.err != nil {
			_ = r.to.ReplyError(m.ctx.Context, r.err)
		} else {
			_ = r.to.Reply(m.ctx.Context, r.with) // fails only if the caller is told, or is out of reach
		}
	}
	m.ctx.asked.replies = nil
}

// settle does the last of what was asked for.
func (m *machine[S, D]) settle() {
	m.queue = append(m.ctx.asked.inserted, m.queue...)
	for _, change := range m.ctx.asked.timers {
		m.timers.change(m.ctx.Context, change)
	}
	m.ctx.asked = asked{}
}

// refuse tells of an event that the state does not handle: its caller, or the
// runtime's logger. The type alone is logged, the content may be secret.
func (m *machine[S, D]) refuse(ev Event) {
	if ev.Kind == Call {
		_ = ev.From.ReplyError(m.ctx.Context, genserver.ErrUnhandled)
		return
	}
	m.ctx.Runtime().Logger().LogAttrs(context.Background(), slog.LevelWarn, "state machine does not handle an event",
		slog.String("pid", m.ctx.PID().String()),
		slog.String("state", fmt.Sprint(m.state)),
		slog.String("kind", ev.Kind.String()),
		slog.String("type", fmt.Sprintf("%T", ev.Content)))
}
