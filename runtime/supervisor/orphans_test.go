package supervisor_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// subtree is a supervisor with one worker that heeds nothing.
func subtree(id string, given time.Duration) supervisor.ChildSpec {
	return supervisor.Child(id, supervisor.Spec{Name: id, Children: []supervisor.ChildSpec{stubbornChild("stubborn", 0, given)}})
}

// A killed supervisor's worker dawdles: its sibling is restarted at once all the same, and
// whoever asks is answered.
func TestOrphans_HoldUpNobodyButTheirOwnSupervisorsRestart(t *testing.T) {
	for name, strategy := range map[string]supervisor.Strategy{"one_for_one": supervisor.OneForOne, "rest_for_one": supervisor.RestForOne} {
		t.Run(name, func(t *testing.T) {
			within(t, func(w *world) {
				children := append(workers(w, supervisor.Permanent, "a"), subtree("sub", 3*time.Second))
				sup := w.start(supervisor.Spec{Strategy: strategy, Intensity: 5, Children: children})
				began := time.Now()
				require.NoError(t, w.ctx.Exit(w.child(sup, "sub").PID, signal.Kill))
				synctest.Wait()
				require.Equal(t, supervisor.Restarting, w.child(sup, "sub").State)
				if strategy == supervisor.OneForOne {
					w.crash(sup, "a", boom)
					require.Equal(t, []string{"start a", "start a"}, w.noted())
				}
				_, err := supervisor.StartChild(w.ctx, sup, w.worker("b"))
				require.NoError(t, err)
				require.Zero(t, time.Since(began), "nothing of this has waited")
				w.pass(3*time.Second - 1)
				require.Equal(t, supervisor.Restarting, w.child(sup, "sub").State)
				w.pass(1)
				synctest.Wait()
				require.Equal(t, supervisor.Running, w.child(sup, "sub").State, "no child has two processes")
				w.stop(sup)
			})
		})
	}
}

// A restart that is to wait waits for both.
func TestOrphans_HoldUpARestartThatWaitsAnyway(t *testing.T) {
	for _, backoff := range []time.Duration{time.Second, 10 * time.Second} {
		within(t, func(w *world) {
			sup := w.start(supervisor.Spec{Backoff: supervisor.Backoff{Initial: backoff}, Children: []supervisor.ChildSpec{subtree("sub", 3*time.Second)}})
			require.NoError(t, w.ctx.Exit(w.child(sup, "sub").PID, signal.Kill))
			w.pass(max(backoff, 3*time.Second) - 1)
			require.Equal(t, supervisor.Restarting, w.child(sup, "sub").State)
			w.pass(1)
			synctest.Wait()
			require.Equal(t, supervisor.Running, w.child(sup, "sub").State)
			w.stop(sup)
		})
	}
}

// Nobody waits for ever for an orphan, whatever its spec says.
func TestOrphans_WithInfinityAreKilledAfterTheDefaultTime(t *testing.T) {
	within(t, func(w *world) {
		inner := supervisor.Child("inner", supervisor.Spec{Children: []supervisor.ChildSpec{subtree("innermost", supervisor.Infinity)}})
		for _, sub := range []supervisor.ChildSpec{subtree("sub", supervisor.Infinity), inner} {
			sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{sub}})
			require.NoError(t, w.ctx.Exit(w.child(sup, sub.ID).PID, signal.Kill))
			w.pass(10 * supervisor.DefaultShutdown)
			require.Equal(t, supervisor.Running, w.child(sup, sub.ID).State)
			require.NoError(t, w.ctx.Exit(sup, signal.Kill))
			require.Equal(t, signal.Killed, w.ended(sup))
			w.pass(10 * supervisor.DefaultShutdown)
			require.Equal(t, 1, w.rt.Len(), "the test's own process")
		}
	})
}

func TestOrphans_ChildIsTerminatedOnlyWhenTheyHaveEnded(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{subtree("sub", time.Second)}})
		began := time.Now()
		require.NoError(t, w.ctx.Exit(w.child(sup, "sub").PID, signal.Kill))
		synctest.Wait()
		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "sub"))
		require.Equal(t, time.Second, time.Since(began))
		_, err := supervisor.RestartChild(w.ctx, sup, "sub")
		require.NoError(t, err)
		w.stop(sup)
	})
}

// A supervisor that gives up ends after what a child of it has left.
func TestOrphans_OfASupervisorThatHasGivenUp(t *testing.T) {
	within(t, func(w *world) {
		middle := supervisor.Child("middle", supervisor.Spec{Name: "middle", Intensity: supervisor.NoRestarts,
			Children: []supervisor.ChildSpec{subtree("sub", time.Second)}})
		sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{middle}})
		p, _ := w.ctx.Whereis("middle")
		require.NoError(t, w.ctx.Exit(w.child(p, "sub").PID, signal.Kill))
		w.pass(time.Second - 1)
		require.Equal(t, p, w.child(sup, "middle").PID)
		w.pass(1)
		synctest.Wait()
		require.NotEqual(t, p, w.child(sup, "middle").PID)
		w.stop(sup)
	})
}

// Shutdown of a supervisor bounds all below it, whatever that is given.
func TestShutdown_BoundsAllBelowASupervisor(t *testing.T) {
	for name, given := range map[string]time.Duration{"infinity": supervisor.Infinity, "4s": 4 * time.Second, "1h": time.Hour} {
		for how, kill := range map[string]bool{"its time passes": false, "it is killed meanwhile": true} {
			t.Run(name+", "+how, func(t *testing.T) {
				within(t, func(w *world) {
					sub := subtree("sub", given)
					sub.Shutdown = 100 * time.Millisecond
					sup := w.start(supervisor.Spec{Children: append(workers(w, supervisor.Permanent, "a"), sub)})
					began := time.Now()
					if kill {
						p := w.child(sup, "sub").PID
						time.AfterFunc(50*time.Millisecond, func() { _ = w.rt.Exit(p, signal.Kill) })
					}
					require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "sub"))
					require.Equal(t, 100*time.Millisecond, time.Since(began))
					require.Equal(t, []string{"a"}, w.running(sup))
					require.Equal(t, 3, w.rt.Len(), "nothing of the subtree is left")
					w.stop(sup)
				})
			})
		}
	}
}

func TestShutdown_BrutalKillOfASupervisorEndsAllBelowIt(t *testing.T) {
	within(t, func(w *world) {
		sub := supervisor.Child("sub", supervisor.Spec{Children: []supervisor.ChildSpec{subtree("inner", time.Hour)}})
		sub.Shutdown = supervisor.BrutalKill
		sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{sub}})
		began := time.Now()
		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "sub"))
		require.Zero(t, time.Since(began))
		require.Equal(t, 2, w.rt.Len())
		w.stop(sup)
	})
}

// The runtime's exit grace is for signals of strangers: a child has what its spec says.
func TestShutdown_LongerThanTheExitGraceIsHonoured(t *testing.T) {
	for name, rule := range map[string]struct {
		given, takes time.Duration
		want         signal.ExitReason
		after        time.Duration
	}{
		"in time":  {15 * time.Second, 8 * time.Second, signal.Shutdown, 8 * time.Second},
		"too late": {15 * time.Second, 20 * time.Second, signal.Shutdown, 15 * time.Second},
		"infinity": {supervisor.Infinity, time.Hour, signal.Shutdown, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(w *world) {
				child := supervisor.ChildSpec{ID: "a", Shutdown: rule.given, Start: supervisor.Body(func(ctx *runtime.Context) error {
					<-ctx.Done()
					<-time.After(rule.takes)
					w.note("body has returned")
					return nil
				})}
				sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{child}})
				synctest.Wait()
				p := w.child(sup, "a").PID
				ref := w.ctx.Monitor(p)
				began := time.Now()
				require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "a"))
				require.Equal(t, rule.after, time.Since(began))
				down, err := runtime.ReceiveMatch(w.ctx, func(d signal.Down) bool { return d.Ref == ref })
				require.NoError(t, err)
				require.Equal(t, rule.want, down.Reason)
				if rule.takes <= rule.given {
					require.Equal(t, []string{"body has returned"}, w.noted())
				}
				w.stop(sup)
				w.pass(time.Hour)
			})
		})
	}
}

// After its own end, or when it is told to stop, a supervisor calls no start function.
func TestStart_IsNotCalledOnceTheSupervisorIsToStop(t *testing.T) {
	for name, reason := range map[string]signal.ExitReason{"killed": signal.Kill, "told to stop": signal.Shutdown} {
		t.Run(name, func(t *testing.T) {
			within(t, func(w *world) {
				reached, goOn := make(chan pid.PID), make(chan struct{})
				first := supervisor.ChildSpec{ID: "a", Start: func(ctx context.Context) (pid.PID, error) {
					c, _ := runtime.FromContext(ctx)
					reached <- c.PID()
					<-goOn
					return supervisor.Body(func(ctx *runtime.Context) error { _, err := ctx.Recv(); return err })(ctx)
				}}
				second := supervisor.ChildSpec{ID: "b", Start: func(context.Context) (pid.PID, error) {
					w.note("second start")
					return pid.PID{}, errBoom
				}}
				done := make(chan error, 1)
				parent, err := w.ctx.Spawn(func(ctx *runtime.Context) error {
					ctx.SetTrapExit(true)
					_, err := supervisor.StartLink(ctx, supervisor.Spec{Children: []supervisor.ChildSpec{first, second}})
					done <- err
					return nil
				})
				require.NoError(t, err)
				_ = parent
				sup := <-reached
				require.NoError(t, w.rt.Exit(sup, reason))
				synctest.Wait()
				close(goOn)
				require.Error(t, <-done)
				require.Empty(t, w.noted())
				require.Equal(t, 1, w.rt.Len())
			})
		})
	}
}
