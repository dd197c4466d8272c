package statem_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

// timed returns a state with a word for everything that can be done to timers.
func timed() state {
	const own = statem.Timer("own")
	set := func(t statem.Timer, d time.Duration) handler {
		return func(c *ctx, ev statem.Event) (string, error) {
			c.SetTimeout(t, d, ev.Content)
			return c.State(), nil
		}
	}
	return noting(does(map[any]handler{
		"state": set(statem.StateTimer, time.Second),
		"event": set(statem.EventTimer, time.Second),
		"own":   set(own, time.Second),
		"other": set("other", time.Minute),
		"state and go": func(c *ctx, ev statem.Event) (string, error) {
			c.SetTimeout(statem.StateTimer, time.Second, ev.Content)
			return "b", nil
		},
		"cancel": stay(func(c *ctx) {
			c.CancelTimeout(own)
			c.CancelTimeout(statem.StateTimer)
		}),
		"update": stay(func(c *ctx) { c.UpdateTimeout(own, "new") }),
		"a":      to("a"), "b": to("b"),
		"insert": stay(func(c *ctx) {
			c.SetTimeout(statem.EventTimer, time.Second, "never")
			c.Insert(statem.Event{Content: "i"})
		}),
	}))
}

func TestTimeouts(t *testing.T) {
	second := 1100 * time.Millisecond
	cases := map[string]struct {
		rule  string
		steps []any // casts, and durations to wait
		want  []string
	}{
		"state timeout": {
			"state_timeout(): an event is generated after the time",
			[]any{"state", second},
			[]string{"a: state", "a: state timeout state"},
		},
		"state timeout, same state": {
			"keep_state and a next_state to the same state are no state change",
			[]any{"state", "a", "x", second},
			[]string{"a: state", "a: a", "a: x", "a: state timeout state"},
		},
		"state timeout, other state": {
			"a state change cancels a state_timeout()",
			[]any{"state", "b", second},
			[]string{"a: state", "a: b"},
		},
		"state timeout with the change": {
			"any new transition option of this type belongs to the new state",
			[]any{"state and go", second},
			[]string{"a: state and go", "b: state timeout state and go"},
		},
		"event timeout": {
			"event_timeout(): an event is generated after the time",
			[]any{"event", second},
			[]string{"a: event", "a: event timeout event"},
		},
		"event timeout, event": {
			"any event cancels an event_timeout()",
			[]any{"event", "x", second},
			[]string{"a: event", "a: x"},
		},
		"event timeout, inserted event": {
			"any event cancels an event_timeout(): an inserted one too",
			[]any{"insert", second},
			[]string{"a: insert", "a: i"},
		},
		"event timeout, another timeout": {
			"any event cancels an event_timeout(): that of another timer too",
			[]any{"own", 500 * time.Millisecond, "state", "event", second},
			[]string{"a: own", "a: state", "a: event", "a: own own", "a: state timeout state"},
		},
		"generic timeouts": {
			"generic_timeout(): neither events nor state changes cancel it; there may be many",
			[]any{"own", "other", "b", "x", second, time.Hour},
			[]string{"a: own", "a: other", "a: b", "b: x", "b: own own", "b: other other"},
		},
		"set again": {
			"setting a timer while it is running will restart it",
			[]any{"own", 900 * time.Millisecond, "own", 900 * time.Millisecond, "x", second},
			[]string{"a: own", "a: own", "a: x", "a: own own"},
		},
		"cancelled": {
			"timeout_cancel_action(): cancels the time-out",
			[]any{"own", "state", "cancel", time.Hour, "cancel"},
			[]string{"a: own", "a: state", "a: cancel", "a: cancel"},
		},
		"updated": {
			"timeout_update_action(): updates the content without touching the timer",
			[]any{"own", 900 * time.Millisecond, "update", 150 * time.Millisecond, "x"},
			[]string{"a: own", "a: update", "a: own new", "a: x"},
		},
		"updated, not running": {
			"if no such time-out is running, the event is delivered as of a time-out zero",
			[]any{"update"},
			[]string{"a: update", "a: own new"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			states := map[string]state{"a": timed(), "b": timed()}
			play(t, machine{Initial: "a", States: states}, func(w *world) {
				for _, step := range c.steps {
					if d, wait := step.(time.Duration); wait {
						pass(d)
					} else {
						w.cast(step)
					}
				}
				require.Equal(w, c.want, w.log(), c.rule)
			})
		})
	}
}

func TestTimeoutZero(t *testing.T) {
	zero := func(timers ...statem.Timer) func(c *ctx) {
		return func(c *ctx) {
			for _, timer := range timers {
				c.SetTimeout(timer, 0, 0)
			}
		}
	}
	insert := func(c *ctx, content string) { c.Insert(statem.Event{Content: content}) }
	cases := map[string]struct {
		rule string
		do   func(c *ctx)
		want []string
	}{
		"before mail": {
			"delivered to the state machine before any external not yet received event",
			zero("x", "y"),
			[]string{"a: x 0", "a: y 0", "a: mail"},
		},
		"after events that are queued": {
			"enqueued as the newest received event: after inserted and postponed events",
			func(c *ctx) { zero("x")(c); insert(c, "i") },
			[]string{"a: i", "a: x 0", "a: mail"},
		},
		"event timeout": {
			"a zero time event time-out is only generated if the event queue is empty",
			func(c *ctx) { zero(statem.EventTimer)(c); insert(c, "i") },
			[]string{"a: i", "a: mail"},
		},
		"event timeout alone": {
			"a zero time event time-out is generated if the event queue is empty",
			zero(statem.EventTimer),
			[]string{"a: event timeout 0", "a: mail"},
		},
		"state timeout": {
			"a state change cancels a state_timeout(), also one of time zero that waits",
			func(c *ctx) { zero(statem.StateTimer)(c); insert(c, "b") },
			[]string{"a: b", "b: mail"},
		},
		"updated": {
			"timeout_update_action() of one that waits",
			func(c *ctx) { zero("x", "y")(c); c.UpdateTimeout("x", 1) },
			[]string{"a: x 1", "a: y 0", "a: mail"},
		},
		"cancelled": {
			"timeout_cancel_action() of one that waits",
			func(c *ctx) { zero("x", "y")(c); c.CancelTimeout("x") },
			[]string{"a: y 0", "a: mail"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			handle := noting(does(map[any]handler{
				"go": func(ctx *ctx, _ statem.Event) (string, error) {
					c.do(ctx)
					return ctx.State(), ctx.Send(ctx.PID(), "mail")
				},
				"b": to("b"),
			}))
			play(t, machine{Initial: "a", States: map[string]state{"a": handle, "b": handle}}, func(w *world) {
				w.cast("go")
				require.Equal(w, c.want, w.log()[1:], c.rule)
			})
		})
	}
}

// OTP, gen_statem(3), timeout_cancel_action(): a time-out that was cancelled does not
// come, even if its timer has fired by then and its message is in the mailbox.
func TestCancelTimeout_TooLateForTheTimer(t *testing.T) {
	busy := func(c *ctx) {
		_, err := c.RecvMatchTimeout(func(runtime.Message) bool { return false }, time.Minute)
		require.ErrorIs(t, err, runtime.ErrTimeout)
	}
	a := noting(does(map[any]handler{
		"set": stay(func(c *ctx) { c.SetTimeout("own", time.Second, "old") }),
		"cancel": stay(func(c *ctx) {
			busy(c)
			c.CancelTimeout("own")
		}),
		"reset": stay(func(c *ctx) {
			busy(c)
			c.SetTimeout("own", time.Second, "new")
		}),
	}))
	play(t, machine{Initial: "a", States: map[string]state{"a": a}}, func(w *world) {
		w.cast("set", "cancel", "set", "reset")
		pass(time.Hour)
		require.Equal(t, []string{"a: set", "a: cancel", "a: set", "a: reset", "a: own new"}, w.log())
	})
}

func TestInfo_TimersOfTheProgramAreItsOwn(t *testing.T) {
	a := state{Handle: func(c *ctx, ev statem.Event) (string, error) {
		switch ev.Kind {
		case statem.Cast:
			c.StartTimer(time.Second)
		case statem.Info:
			c.Data = append(c.Data, "info")
		case statem.Call:
			c.Reply(ev.From, c.Data)
		}
		return c.State(), nil
	}}
	play(t, machine{Initial: "a", States: map[string]state{"a": a}}, func(w *world) {
		w.cast("go")
		pass(time.Minute)
		require.Equal(t, []string{"info"}, w.log())
		require.NoError(t, genserver.Suspend(w.ctx, w.m))
	})
}
