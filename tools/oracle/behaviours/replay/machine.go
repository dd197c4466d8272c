package replay

import (
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

// initial is the state in which every machine begins.
const initial = "a"

// script is a machine that does what its events say.
type script struct {
	*world
	enter map[string][]Action
	// zero has the timers that are over at once and whose event has yet to come,
	// running those that are not over yet, touched those of this transition: see
	// README.md, Known differences.
	zero, running, touched map[statem.Timer]bool
}

type machineContext = statem.Context[string, struct{}]

func startMachine(ctx *runtime.Context, w *world, s Scenario, opts genserver.Options) (pid.PID, error) {
	m := &script{w, s.Enter, map[statem.Timer]bool{}, map[statem.Timer]bool{}, map[statem.Timer]bool{}}
	return statem.StartLink(ctx, statem.Machine[string, struct{}]{
		Init: func(c *machineContext) (string, error) {
			m.do(c, s.Init, nil)
			return initial, nil
		},
		Default: statem.State[string, struct{}]{Handle: m.handle, Enter: m.entered},
		Terminate: func(_ *machineContext, reason signal.ExitReason) {
			m.log("terminate %s", reasonText(reason))
		},
	}, opts)
}

func (m *script) entered(c *machineContext, from string) error {
	m.log("enter %s from %s", c.State(), from)
	m.do(c, m.enter[c.State()], nil)
	return nil
}

func (m *script) handle(c *machineContext, ev statem.Event) (string, error) {
	m.ended(statem.EventTimer)
	clear(m.touched)
	kind := map[statem.Kind]string{
		statem.Internal: "internal", statem.Call: "call", statem.Cast: "cast", statem.Info: "info",
	}[ev.Kind]
	if ev.Kind == statem.Timeout {
		kind = "timeout " + timerName(ev.Timer)
		m.ended(ev.Timer)
	}
	if exit, ok := ev.Content.(signal.Exit); ok {
		m.log("info exit %s", reasonText(exit.Reason))
		return c.State(), nil
	}
	msg := ev.Content.(Msg)
	m.log("%s %s", kind, msg.ID)
	if m.endless {
		c.Stop(signal.Normal)
		return c.State(), nil
	}
	if ev.Kind == statem.Call {
		m.calls[msg.ID] = ev.From
	}
	n := m.attempts[msg.ID]
	m.attempts[msg.ID]++
	actions := msg.attempt(n)
	next := c.State()
	for _, a := range actions {
		if a.Op == "next" {
			next = a.Text
		}
	}
	if next != c.State() {
		m.ended(statem.StateTimer)
	}
	m.do(c, actions, &msg)
	return next, nil
}

func (m *script) do(c *machineContext, actions []Action, msg *Msg) {
	for _, a := range actions {
		switch a.Op {
		case "repeat":
			c.Repeat()
		case "postpone":
			c.Postpone()
		case "insert":
			kind := map[string]statem.Kind{"internal": statem.Internal, "cast": statem.Cast, "info": statem.Info}[a.Text]
			c.Insert(statem.Event{Kind: kind, Content: *a.Msg})
		case "timeout":
			m.set(c, timerOf(a.Text), a)
		case "cancel":
			m.touch(timerOf(a.Text))
			m.ended(timerOf(a.Text))
			c.CancelTimeout(timerOf(a.Text))
		case "update":
			m.touch(timerOf(a.Text))
			m.zero[timerOf(a.Text)] = !m.running[timerOf(a.Text)] // then it is over at once
			c.UpdateTimeout(timerOf(a.Text), *a.Msg)
		case "reply":
			m.reply(c, msg.ID, a.Value)
		case "reply_to":
			m.reply(c, a.Text, a.Value)
		case "hibernate":
			c.Hibernate()
		case "stop":
			c.Stop(reasonOf(a.Text))
		case "send":
			_ = c.Send(c.PID(), *a.Msg)
		case "crash":
			panic("boom")
		}
	}
}

func (m *script) set(c *machineContext, t statem.Timer, a Action) {
	m.touch(t)
	if m.zero[t] && a.After > 0 {
		m.tied = true // OTP 25 sends both events
	}
	m.due(a.After)
	m.zero[t], m.running[t] = a.After == 0, a.After > 0
	c.SetTimeout(t, time.Duration(a.After)*unit, *a.Msg)
}

// ended notes that a timer does not run any more.
func (m *script) ended(t statem.Timer) {
	delete(m.zero, t)
	delete(m.running, t)
}

// touch notes that a transition does something to a timer, which it may do once.
func (m *script) touch(t statem.Timer) {
	if m.touched[t] {
		m.tied = true
	}
	m.touched[t] = true
}

func (m *script) reply(c *machineContext, id string, value int) {
	if from, waits := m.calls[id]; waits {
		delete(m.calls, id)
		c.Reply(from, value)
	}
}

var timerNames = map[string]statem.Timer{"state": statem.StateTimer, "event": statem.EventTimer}

func timerOf(name string) statem.Timer {
	if t, ok := timerNames[name]; ok {
		return t
	}
	return statem.Timer(name)
}

func timerName(t statem.Timer) string {
	switch t {
	case statem.StateTimer:
		return "state"
	case statem.EventTimer:
		return "event"
	}
	return string(t)
}
