package statem

import (
	"context"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// Context is what a machine's functions act with: its process, its data, and what
// can be asked for besides the next state. Replies go out when the function has
// returned, the rest is done after that, in the order that the package doc tells.
//
// As a context.Context it is the event's, as that of a server's method is the message's:
// see genserver.Context. That of a call stays the call's, also after it was postponed.
type Context[S comparable, D any] struct {
	*runtime.Context
	Data D

	machine *machine[S, D]
	event   *genserver.Context // what the event came with; the machine's own if with nothing
}

// asked is what a function asked for.
type asked struct {
	postpone bool
	repeat   bool
	inserted []Event
	replies  []reply
	timers   []timerChange
	mistake  error // the first thing asked for that cannot be; the machine fails with it
}

// refuse notes that something was asked for that cannot be. Done in silence, or not
// done, it would be found late.
func (a *asked) refuse(format string, args ...any) {
	if a.mistake == nil {
		a.mistake = fmt.Errorf(format, args...)
	}
}

type reply struct {
	to   genserver.From
	with any
	err  error
}

// State returns the state that the machine is in.
func (c *Context[S, D]) State() S { return c.machine.state }

// Postpone puts the event aside until the state has changed. Then all that were
// put aside come again, the oldest first. Source: OTP, gen_statem, postpone().
func (c *Context[S, D]) Postpone() { c.machine.asked.postpone = true }

// Insert makes the machine handle ev next, before all that waits. More than one are
// handled in order. An Event{Content: v} is an internal one.
// Source: OTP, gen_statem, next_event.
func (c *Context[S, D]) Insert(ev Event) {
	c.machine.asked.inserted = append(c.machine.asked.inserted, ev)
}

// Repeat makes the state be entered again, if it stays the same.
// Source: OTP, gen_statem, repeat_state.
func (c *Context[S, D]) Repeat() { c.machine.asked.repeat = true }

// Reply answers a call, now or in a later state. The From of an event that is no call
// is a mistake with which the machine fails.
func (c *Context[S, D]) Reply(to genserver.From, v any) { c.answer(reply{to: to, with: v}) }

// ReplyError answers a call with an error, see genserver.ReplyError. A nil error is a
// mistake with which the machine fails.
func (c *Context[S, D]) ReplyError(to genserver.From, err error) {
	if err == nil {
		c.machine.asked.refuse("ReplyError with a nil error")
		return
	}
	c.answer(reply{to: to, err: err})
}

func (c *Context[S, D]) answer(r reply) {
	if r.to.PID.IsZero() {
		c.machine.asked.refuse("reply: %w", runtime.ErrNotCall)
		return
	}
	c.machine.asked.replies = append(c.machine.asked.replies, r)
}

// SetTimeout makes an event of kind Timeout with content come after d. The timer
// is set anew if it runs already. With d <= 0 the event comes before any message
// that has not been received yet. Source: OTP, gen_statem, timeout_action().
func (c *Context[S, D]) SetTimeout(t Timer, d time.Duration, content any) {
	c.changeTimer(timerChange{timer: t, after: max(d, 0), content: content})
}

// CancelTimeout stops a timer. Its event does not come any more.
func (c *Context[S, D]) CancelTimeout(t Timer) {
	c.changeTimer(timerChange{timer: t, what: cancelTimer})
}

// UpdateTimeout changes what the event of a timer will have as content, and not
// its time. If the timer does not run, the event comes at once.
func (c *Context[S, D]) UpdateTimeout(t Timer, content any) {
	c.changeTimer(timerChange{timer: t, content: content, what: updateTimer})
}

func (c *Context[S, D]) changeTimer(change timerChange) {
	if !change.timer.valid() {
		c.machine.asked.refuse("timer %q: a timer of one's own has a name, which is not that of StateTimer or EventTimer", string(change.timer))
		return
	}
	c.machine.asked.timers = append(c.machine.asked.timers, change)
}

// Stop makes the machine stop with reason when the function has returned, in the
// state that it is in. Replies still go out, nothing else is done. A second Stop
// changes nothing.
func (c *Context[S, D]) Stop(reason signal.ExitReason) {
	c.machine.stopping = true
	c.machine.server.Stop(reason)
}

// Hibernate makes the machine give its goroutine back as soon as it has nothing to
// do, see genserver.Context.
func (c *Context[S, D]) Hibernate() { c.machine.server.Hibernate() }

// CallContext returns the context of a call, see genserver.Context.
func (c *Context[S, D]) CallContext(from genserver.From) context.Context {
	return c.event.CallContext(from)
}

// Deadline implements context.Context.
func (c *Context[S, D]) Deadline() (deadline time.Time, ok bool) { return c.event.Deadline() }

// Done implements context.Context.
func (c *Context[S, D]) Done() <-chan struct{} { return c.event.Done() }

// Err implements context.Context.
func (c *Context[S, D]) Err() error { return c.event.Err() }

// Value implements context.Context.
func (c *Context[S, D]) Value(key any) any { return c.event.Value(key) }

// String returns what the context is, as those of package context do.
func (c *Context[S, D]) String() string { return "statem.Context" }
