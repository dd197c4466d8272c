package statem_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

// endless is how often a machine may go on before a test is lost.
const endless = 100

// An exit signal ends a machine between two of its functions, whatever the machine has
// still to do: no function runs after it.
func TestDeath_EndsTheMachineBetweenTwoFunctions(t *testing.T) {
	goesOn := map[string]func(c *ctx){
		"inserted events":          func(c *ctx) { c.Insert(statem.Event{Content: "next"}) },
		"timeouts of time zero":    func(c *ctx) { c.SetTimeout("own", 0, "next") },
		"event timeouts of zero":   func(c *ctx) { c.SetTimeout(statem.EventTimer, 0, "next") },
		"a state entered anew":     func(c *ctx) { c.Repeat(); c.Insert(statem.Event{Content: "next"}) },
		"replies and a next event": func(c *ctx) { c.Insert(statem.Event{Content: "next"}) },
	}
	for name, next := range goesOn {
		for _, reason := range []signal.ExitReason{signal.Shutdown, signal.Kill} {
			t.Run(name+", "+reason.String(), func(t *testing.T) {
				var ran atomic.Int64
				m := machine{Default: state{
					Handle: func(c *ctx, ev statem.Event) (string, error) {
						if ran.Add(1) == 10 {
							_ = c.Exit(c.PID(), reason)
						}
						if ran.Load() < endless {
							next(c)
						}
						return c.State(), nil
					},
					Enter: func(*ctx, string) error {
						if ran.Load() >= 10 {
							ran.Store(1000)
						}
						return nil
					},
				}}
				play(t, m, func(w *world) {
					synctest.Wait() // for the first state to be entered, which looks at ran
					ran.Store(0)
					ref := w.ctx.Monitor(w.m)
					w.cast("go")
					_, err := runtime.ReceiveMatch(w.ctx, func(d signal.Down) bool { return d.Ref == ref })
					require.NoError(w, err)
					synctest.Wait()
					require.EqualValues(w, 10, ran.Load())
					require.Zero(w, w.ctx.Runtime().ZombieCount())
				})
			})
		}
	}
}

func TestDeath_LeavesPostponedEventsUnhandled(t *testing.T) {
	var ran atomic.Int64
	m := machine{Initial: "a", States: map[string]state{
		"a": {Handle: func(c *ctx, ev statem.Event) (string, error) {
			if ev.Content == "b" {
				return "b", nil
			}
			c.Postpone()
			return "a", nil
		}},
		"b": {Handle: func(c *ctx, ev statem.Event) (string, error) {
			if ran.Add(1) == 1 {
				_ = c.Exit(c.PID(), signal.Kill)
			}
			return "b", nil
		}},
	}}
	play(t, m, func(w *world) {
		ran.Store(0)
		ref := w.ctx.Monitor(w.m)
		for i := range 50 {
			w.cast(i)
		}
		w.cast("b")
		w.requireDown(ref, "killed")
		synctest.Wait()
		require.EqualValues(w, 1, ran.Load())
	})
}

// OTP: what a state function asked for that crashes is not done, replies included.
func TestReply_OfAFunctionThatFailsIsNotSent(t *testing.T) {
	ends := map[string]func() error{
		"error":    func() error { return errBoom },
		"panic":    func() error { panic("boom") },
		"reason":   func() error { return signal.Shutdown },
		"its call": func() error { return fmt.Errorf("ask: %w", genserver.ErrUnhandled) },
	}
	terminates := map[string]func(*ctx, signal.ExitReason){
		"with Terminate": func(*ctx, signal.ExitReason) {}, "without": nil,
	}
	for name, end := range ends {
		for with, terminate := range terminates {
			t.Run(name+" "+with, func(t *testing.T) {
				m := machine{Initial: "a", Terminate: terminate, Default: state{Handle: func(c *ctx, ev statem.Event) (string, error) {
					c.Reply(ev.From, "done")
					return "a", end()
				}}}
				play(t, m, func(w *world) {
					_, err := genserver.CallAs[string](w.ctx, w.m, "do")
					var reason signal.ExitReason
					require.ErrorAs(w, err, &reason)
				})
			})
		}
	}
}

// What another server does not handle is an error of the machine, not an event that it
// does not handle.
func TestErrUnhandled_OfAnotherServerStopsTheMachine(t *testing.T) {
	m := machine{Default: state{Handle: func(*ctx, statem.Event) (string, error) {
		return "", errors.Join(errors.New("my own trouble"), genserver.ErrUnhandled)
	}}}
	play(t, m, func(w *world) {
		ref := w.ctx.Monitor(w.m)
		w.cast(1)
		d, err := runtime.ReceiveMatch(w.ctx, func(d signal.Down) bool { return d.Ref == ref })
		require.NoError(w, err)
		require.Contains(w, d.Reason.String(), "my own trouble")
	})
}
