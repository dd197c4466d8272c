package statem_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

// requireDown waits for the end of the machine.
func (w *world) requireDown(ref pid.Ref, reason string) {
	w.Helper()
	d, err := runtime.ReceiveMatch(w.ctx, func(d signal.Down) bool { return d.Ref == ref })
	require.NoError(w, err)
	require.Equal(w, reason, d.Reason.String())
}

// OTP, gen_statem(3), reply_action(): a call may be answered in a later state.
func TestReply_InALaterState(t *testing.T) {
	type data struct{ waiting []genserver.From }
	type door = statem.Context[string, data]
	m := statem.Machine[string, data]{
		Initial: "closed",
		States: map[string]statem.State[string, data]{
			"closed": {Handle: func(c *door, ev statem.Event) (string, error) {
				if ev.Kind == statem.Call {
					c.Data.waiting = append(c.Data.waiting, ev.From)
					return c.State(), nil
				}
				return "open", nil
			}},
			"open": {
				Enter: func(c *door, from string) error {
					for _, caller := range c.Data.waiting {
						c.Reply(caller, from)
					}
					return nil
				},
				Handle: func(c *door, ev statem.Event) (string, error) {
					c.ReplyError(ev.From, errBoom)
					return c.State(), nil
				},
			},
		},
	}
	play(t, idle, func(w *world) {
		p, err := statem.Start(w.ctx, m, w.opts)
		require.NoError(t, err)
		_, err = w.ctx.SendAfter(p, time.Millisecond, "open")
		require.NoError(t, err)
		got, err := genserver.CallAs[string](w.ctx, p, "wait")
		require.NoError(t, err)
		require.Equal(t, "closed", got)
		_, err = genserver.CallAs[string](w.ctx, p, "wait")
		require.EqualError(t, err, "boom")
	})
}

func TestHandle_UnhandledEventsLeaveTheMachineWhereItIs(t *testing.T) {
	a := noting(func(c *ctx, ev statem.Event) (string, error) {
		c.Postpone() // counts for nothing
		return "nowhere", genserver.ErrUnhandled
	})
	play(t, machine{Initial: "a", States: map[string]state{"a": a}}, func(w *world) {
		_, err := genserver.CallAs[int](w.ctx, w.m, 1)
		require.ErrorIs(t, err, genserver.ErrUnhandled)
		w.cast(2)
		require.NoError(t, w.ctx.Send(w.m, 3))
		require.Equal(t, []string{"a: 1", "a: 2", "a: 3"}, w.log())
	})
}

func TestStop(t *testing.T) {
	cases := map[string]struct {
		state state
		want  string
		reply bool // the caller gets one
	}{
		"error":  {noting(func(*ctx, statem.Event) (string, error) { return "", errBoom }), "error: boom", false},
		"reason": {noting(func(*ctx, statem.Event) (string, error) { return "", signal.Shutdown }), "shutdown", false},
		"panic":  {noting(func(*ctx, statem.Event) (string, error) { panic("boom") }), "error: panic: boom", false},
		"error on entering": {entering(noting(func(c *ctx, _ statem.Event) (string, error) {
			c.Repeat()
			return c.State(), nil
		}), func(c *ctx, _ string) error {
			if len(c.Data) > 1 {
				return errBoom
			}
			return nil
		}), "error: boom", false},
		"unhandled on entering": {entering(noting(func(c *ctx, _ statem.Event) (string, error) {
			c.Repeat()
			return c.State(), nil
		}), func(c *ctx, _ string) error {
			if len(c.Data) > 1 {
				return genserver.ErrUnhandled
			}
			return nil
		}), "error: request is not handled", false},
		"stop with a reply": {noting(func(c *ctx, ev statem.Event) (string, error) {
			c.Reply(ev.From, "bye") // stop_and_reply
			c.Insert(statem.Event{Content: "never"})
			c.Stop(signal.ShutdownReason("enough"))
			return "nowhere", nil
		}), "shutdown: enough", true},
		"no such state": {noting(to("nowhere")), "error: state nowhere has no Handle", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var terminated []string
			m := machine{Initial: "a", States: map[string]state{"a": c.state}}
			m.Terminate = func(c *ctx, reason signal.ExitReason) { terminated = append(terminated, reason.String()) }
			play(t, m, func(w *world) {
				terminated = nil
				ref := w.ctx.Monitor(w.m)
				got, err := genserver.CallAs[string](w.ctx, w.m, "go")
				if c.reply {
					require.NoError(w, err)
					require.Equal(w, "bye", got)
				}
				_ = genserver.Cast(w.ctx, w.m, "and again")
				w.requireDown(ref, c.want)
				require.Equal(w, []string{c.want}, terminated)
			})
		})
	}
}

func TestStop_LeavesNoCallerWaiting(t *testing.T) {
	a := noting(does(map[any]handler{"p": stay((*ctx).Postpone)}))
	play(t, machine{Initial: "a", States: map[string]state{"a": a}}, func(w *world) {
		_, err := w.ctx.SendAfter(w.m, time.Second, "x")
		require.NoError(t, err)
		_, err = w.ctx.Spawn(func(ctx *runtime.Context) error {
			pass(2 * time.Second)
			return genserver.Stop(ctx, w.m, signal.Shutdown)
		})
		require.NoError(t, err)
		_, err = genserver.CallAs[int](w.ctx, w.m, "p")
		require.ErrorIs(t, err, signal.Shutdown)
	})
}

// OTP, sys:get_state/1 and sys:replace_state/2: the state is {State, Data}.
func TestIntrospection(t *testing.T) {
	type status = statem.Status[string, []string]
	a := noting(does(nil))
	play(t, machine{Initial: "a", States: map[string]state{"a": a, "b": a}}, func(w *world) {
		w.cast("x")
		got, err := genserver.GetState(w.ctx, w.m)
		require.NoError(t, err)
		require.Equal(t, "{State:a Data:[]string(1)}", got, "the data may be secret")
		require.NoError(t, genserver.ReplaceState(w.ctx, w.m, func(status) status { return status{"b", nil} }))
		err = genserver.ReplaceState(w.ctx, w.m, func(s string) string { return s })
		require.ErrorIs(t, err, genserver.ErrStateType)
		w.cast("y")
		require.Equal(t, []string{"b: y"}, w.log())

		require.NoError(t, genserver.Suspend(w.ctx, w.m))
		w.cast("z")
		require.NoError(t, genserver.Resume(w.ctx, w.m))
		require.Equal(t, []string{"b: y", "b: z"}, w.log())
	})
}

func TestFormat_LeavesSecretsOut(t *testing.T) {
	m := machine{Initial: "a", Default: noting(does(nil)), Format: func(state string, data []string) any { return state + ", and more" }}
	play(t, m, func(w *world) {
		got, err := genserver.GetState(w.ctx, w.m)
		require.NoError(t, err)
		require.Equal(t, "a, and more", got)
	})
}

// A Format that does not return holds the machine up once, and shares nothing with it then:
// the race detector would tell.
func TestFormat_ThatHangsLooksAtACopy(t *testing.T) {
	var hang chan struct{}
	var seen chan []string
	a := noting(does(map[any]handler{"change": stay(func(c *ctx) { c.Data[0] = "changed" })}))
	m := machine{Initial: "a", Data: []string{"first"}, Default: a, Format: func(_ string, data []string) any {
		<-hang
		seen <- data
		return nil
	}}
	synctest.Test(t, func(t *testing.T) {
		hang, seen = make(chan struct{}), make(chan []string, 1)
		inWorld(t, genserver.Options{}, m, func(w *world) {
			_, err := genserver.GetState(w.ctx, w.m)
			require.ErrorContains(t, err, "has not returned in time")
			w.cast("change")
			_, err = genserver.GetState(w.ctx, w.m)
			require.ErrorContains(t, err, "an earlier call")
			require.Equal(t, []string{"changed", "a: change"}, w.log())
			close(hang)
			require.Equal(t, []string{"first"}, <-seen)
		})
	})
}

// Where there is no copy the machine waits: the race detector would tell.
func TestFormat_OfWhatCannotBeCopiedIsWaitedFor(t *testing.T) {
	type counter struct{ of map[string]int }
	synctest.Test(t, func(t *testing.T) {
		rt := runtime.MustNew(runtime.Config{})
		defer func() { require.NoError(t, rt.Shutdown(t.Context())) }()
		require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
			m := statem.Machine[string, counter]{Data: counter{map[string]int{}}, Format: func(_ string, data counter) any {
				<-time.After(5 * time.Second)
				return data.of["calls"]
			}}
			m.Default.Handle = func(c *statem.Context[string, counter], ev statem.Event) (string, error) {
				c.Data.of["calls"]++
				c.Reply(ev.From, c.Data.of["calls"])
				return c.State(), nil
			}
			p, err := statem.StartLink(ctx, m, genserver.Options{})
			require.NoError(t, err)
			began := time.Now()
			_, err = genserver.GetState(ctx, p)
			require.ErrorContains(t, err, "has not returned in time")
			require.Equal(t, 2*time.Second, time.Since(began))
			n, err := genserver.CallAs[int](ctx, p, 1)
			require.NoError(t, err)
			require.Equal(t, 1, n)
			require.Equal(t, 5*time.Second, time.Since(began))
			return nil
		}))
	})
}

func TestCallContext(t *testing.T) {
	a := state{Handle: func(c *ctx, ev statem.Event) (string, error) {
		c.Hibernate()
		_, bounded := c.CallContext(ev.From).Deadline()
		c.Reply(ev.From, bounded)
		return c.State(), nil
	}}
	play(t, machine{Initial: "a", States: map[string]state{"a": a}}, func(w *world) {
		bound, cancel := context.WithTimeout(w.ctx, time.Minute)
		defer cancel()
		got, err := genserver.CallAs[bool](bound, w.m, 1)
		require.NoError(t, err)
		require.True(t, got)
	})
}
