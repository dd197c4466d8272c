package statem_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

// What cannot be done is an error with which the machine fails, and not passed over.
func TestMistakes_FailTheMachine(t *testing.T) {
	cases := map[string]struct {
		do   func(c *ctx, ev statem.Event)
		want string
	}{
		"timer without a name":   {func(c *ctx, _ statem.Event) { c.SetTimeout("", time.Second, nil) }, `timer ""`},
		"timer of a taken name":  {func(c *ctx, _ statem.Event) { c.SetTimeout("state timeout", time.Second, nil) }, `timer "state timeout"`},
		"cancel without a name":  {func(c *ctx, _ statem.Event) { c.CancelTimeout("") }, `timer ""`},
		"update of a taken name": {func(c *ctx, _ statem.Event) { c.UpdateTimeout("event timeout", 1) }, `timer "event timeout"`},
		"reply to no call":       {func(c *ctx, ev statem.Event) { c.Reply(ev.From, 1) }, "message is not a call"},
		"error to no call":       {func(c *ctx, ev statem.Event) { c.ReplyError(ev.From, errBoom) }, "message is not a call"},
		"reply of a nil error":   {func(c *ctx, ev statem.Event) { c.ReplyError(genserver.From{PID: c.PID()}, nil) }, "nil error"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := machine{Initial: "a", Default: state{Handle: func(ctx *ctx, ev statem.Event) (string, error) {
				c.do(ctx, ev)
				return ctx.State(), nil
			}}}
			play(t, m, func(w *world) {
				ref := w.ctx.Monitor(w.m)
				w.cast(1)
				require.Contains(w, w.reason(ref).String(), c.want)
			})
		})
	}
}

func TestMistakes_InEnterFailTheMachine(t *testing.T) {
	for name, do := range map[string]func(c *ctx){
		"postpone": (*ctx).Postpone,
		"repeat":   (*ctx).Repeat,
		"insert":   func(c *ctx) { c.Insert(statem.Event{}) },
		"timer":    func(c *ctx) { c.SetTimeout("", 0, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			m := machine{Initial: "a", Default: entering(noting(does(nil)), func(c *ctx, _ string) error { do(c); return nil })}
			play(t, idle, func(w *world) {
				p, ref, err := statem.StartMonitor(w.ctx, m, w.opts)
				require.NoError(w, err)
				require.True(w, w.reason(ref).IsFailure())
				require.False(w, w.ctx.IsAlive(p))
			})
		})
	}
}

// OTP, gen_statem:init/1: {stop, Reason} is a start that failed.
func TestMistakes_InInitAreAFailedStart(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(c *ctx)
		want string
	}{
		"repeat": {(*ctx).Repeat, "cannot be repeated"},
		"timer":  {func(c *ctx) { c.SetTimeout("", 0, nil) }, `timer ""`},
		"stop":   {func(c *ctx) { c.Stop(signal.ShutdownReason("nothing to do")) }, "nothing to do"},
	} {
		t.Run(name, func(t *testing.T) {
			m := idle
			m.Init = func(ctx *ctx) (string, error) { c.do(ctx); return "a", nil }
			play(t, idle, func(w *world) {
				_, err := statem.Start(w.ctx, m, w.opts)
				require.ErrorContains(w, err, c.want)
			})
		})
	}
}

// The names of the two timers that every machine has cannot be met by chance.
func TestTimer_OfItsOwnIsNotThatOfTheState(t *testing.T) {
	require.Equal(t, "state timeout", statem.StateTimer.String())
	require.Equal(t, "event timeout", statem.EventTimer.String())
	require.NotEqual(t, statem.Timer("state timeout"), statem.StateTimer)
}

func TestReplaceState_RefusesWhatIsNoStatus(t *testing.T) {
	type status = statem.Status[string, []string]
	m := machine{Initial: "a", States: map[string]state{"a": noting(does(nil))}}
	play(t, m, func(w *world) {
		err := genserver.ReplaceState(w.ctx, w.m, func(any) any { return nil })
		require.ErrorIs(w, err, genserver.ErrStateType)
		err = genserver.ReplaceState(w.ctx, w.m, func(status) status { return status{State: "nowhere"} })
		require.ErrorContains(w, err, "state nowhere has no Handle")
		w.cast("x")
		require.Equal(w, []string{"a: x"}, w.log(), "it goes on where it was")
	})
}

// reason returns why the machine has ended.
func (w *world) reason(ref pid.Ref) signal.ExitReason {
	w.Helper()
	d, err := runtime.ReceiveMatch(w.ctx, func(d signal.Down) bool { return d.Ref == ref })
	require.NoError(w, err)
	return d.Reason
}
