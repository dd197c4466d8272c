package supervisor_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

var slow = supervisor.Backoff{Initial: time.Second, Max: 4 * time.Second}

// OTP, supervisor:init_children/2: those that did start are terminated, and the start
// function returns the error.
func TestStart_FailingChildStopsTheOthersInReverse(t *testing.T) {
	within(t, func(w *world) {
		children := append(workers(w, supervisor.Permanent, "a", "b"), supervisor.ChildSpec{ID: "c", Start: failing})
		children = append(children, w.worker("d"))
		_, err := supervisor.StartLink(w.ctx, supervisor.Spec{Name: "top", Children: children})
		require.EqualError(t, err, `supervisor "top": start child "c": boom`)
		require.ErrorIs(t, err, errBoom)
		require.Equal(t, []string{"start a", "start b", "stop b: shutdown", "stop a: shutdown"}, w.noted())
		_, err = w.ctx.TryRecv()
		require.ErrorIs(t, err, runtime.ErrEmpty, "no exit signal comes of it")
		require.Contains(t, w.logs.String(), `msg="child could not be started" supervisor=top`)
		require.NotContains(t, w.logs.String(), "process crashed")
	})
}

func TestStart_InnerFailureTellsTheWholeWay(t *testing.T) {
	within(t, func(w *world) {
		inner := supervisor.Spec{Name: "inner", Children: []supervisor.ChildSpec{{ID: "a", Start: failing}}}
		_, err := supervisor.StartLink(w.ctx, supervisor.Spec{Children: []supervisor.ChildSpec{supervisor.Child("in", inner)}})
		require.EqualError(t, err, `start child "in": supervisor "inner": start child "a": boom`)
	})
}

// OTP, supervisor:restart/2: "Leaving control back to gen_server before trying again",
// each try counts as a restart.
func TestRestart_FailingStartIsTriedAgainAndCounts(t *testing.T) {
	for name, rule := range map[string]struct {
		failures int
		down     bool
	}{"works in time": {2, false}, "fails too often": {3, true}} {
		t.Run(name, func(t *testing.T) {
			within(t, func(w *world) {
				failures := 0
				children := workers(w, supervisor.Permanent, "a", "b", "c")
				start := children[1].Start
				children[1].Start = func(ctx context.Context) (pid.PID, error) {
					if failures > 0 {
						failures--
						w.note("fail b")
						return pid.PID{}, errBoom
					}
					return start(ctx)
				}
				sup := w.start(supervisor.Spec{Strategy: supervisor.RestForOne, Intensity: 3, Children: children})
				w.noted()
				failures = rule.failures
				b := w.child(sup, "b").PID
				require.NoError(t, w.ctx.Send(b, boom))
				if rule.down {
					require.Equal(t, signal.Shutdown, w.ended(sup))
					require.Equal(t, []string{"stop c: shutdown", "fail b", "fail b", "fail b", "stop a: shutdown"}, w.noted())
					return
				}
				require.Equal(t, []string{"stop c: shutdown", "fail b", "fail b", "start b", "start c"}, w.noted())
				require.Equal(t, []string{"a", "b", "c"}, w.running(sup))
				w.stop(sup)
			})
		})
	}
}

// The ways in which a start function can go wrong.
func TestStart_FunctionThatMisbehaves(t *testing.T) {
	ways := map[string]struct {
		start func(w *world) supervisor.StartFunc
		want  string
	}{
		"panics": {func(*world) supervisor.StartFunc {
			return func(context.Context) (pid.PID, error) { panic("oh no") }
		}, "panic: oh no"},
		"calls Goexit": {func(*world) supervisor.StartFunc {
			return func(context.Context) (pid.PID, error) { goruntime.Goexit(); return pid.PID{}, nil }
		}, "called runtime.Goexit"},
		"calls its supervisor": {func(w *world) supervisor.StartFunc {
			return func(ctx context.Context) (pid.PID, error) {
				c, _ := runtime.FromContext(ctx)
				_, err := supervisor.CountChildren(ctx, c.PID())
				return pid.PID{}, err
			}
		}, runtime.ErrCallSelf.Error()},
		"returns nothing": {func(*world) supervisor.StartFunc {
			return func(context.Context) (pid.PID, error) { return pid.PID{}, nil }
		}, "its start function returned no process"},
		"returns a sibling": {func(w *world) supervisor.StartFunc {
			return func(ctx context.Context) (pid.PID, error) {
				p, _ := w.ctx.Whereis("a")
				return p, nil
			}
		}, "which is child \"a\" already"},
		"returns who is gone": {func(w *world) supervisor.StartFunc {
			return func(ctx context.Context) (pid.PID, error) {
				p, err := w.rt.Spawn(func(*runtime.Context) error { return nil })
				synctest.Wait()
				return p, err
			}
		}, ": noproc"},
		"body panics in its init": {func(w *world) supervisor.StartFunc {
			return supervisor.ReadyBody(runtime.SpawnOptions{}, func(*runtime.Context, runtime.From) error { panic("oh no") })
		}, "panic: oh no"},
		"body ends before it is ready": {func(w *world) supervisor.StartFunc {
			return supervisor.ReadyBody(runtime.SpawnOptions{}, func(*runtime.Context, runtime.From) error { return nil })
		}, "normal"},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			within(t, func(w *world) {
				a := w.worker("a")
				a.Start = supervisor.ReadyBody(runtime.SpawnOptions{Name: "a", TrapExit: true}, w.work("a"))
				sup := w.start(supervisor.Spec{Intensity: supervisor.NoRestarts, Children: []supervisor.ChildSpec{a}})
				before := w.rt.Len()
				_, err := supervisor.StartChild(w.ctx, sup, supervisor.ChildSpec{ID: "b", Start: way.start(w)})
				require.ErrorContains(t, err, way.want)
				require.Equal(t, []string{"a"}, w.running(sup))
				synctest.Wait()
				require.Equal(t, before, w.rt.Len())
				w.stop(sup)
			})
		})
	}
}

func TestStart_ProcessThatWasNotLinkedIs(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{{
			ID: "a", Start: func(context.Context) (pid.PID, error) {
				return w.rt.Spawn(func(ctx *runtime.Context) error {
					w.note("start a")
					_, err := runtime.Receive[signal.ExitReason](ctx)
					return errors.Join(err, errBoom)
				})
			},
		}}})
		w.crash(sup, "a", boom)
		require.Equal(t, []string{"start a", "start a"}, w.noted())
		w.stop(sup)
	})
}

// A process that dies right after its start is a child that has died, not a failed start,
// and its reason is known.
func TestStart_ProcessThatDiesAtOnce(t *testing.T) {
	for _, reason := range []signal.ExitReason{signal.Normal, boom} {
		t.Run(reason.String(), func(t *testing.T) {
			within(t, func(w *world) {
				sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{{
					ID: "a", Restart: supervisor.Transient,
					Start: func(ctx context.Context) (pid.PID, error) {
						w.note("start a")
						c, _ := runtime.FromContext(ctx)
						p, err := c.SpawnLink(func(*runtime.Context) error { return reason })
						synctest.Wait()
						return p, err
					},
				}}})
				if reason == boom {
					require.Equal(t, signal.Shutdown, w.ended(sup))
					require.Equal(t, []string{"start a", "start a"}, w.noted())
					return
				}
				require.Equal(t, []string{"start a"}, w.noted())
				require.Equal(t, supervisor.Stopped, w.child(sup, "a").State)
				w.stop(sup)
			})
		})
	}
}

// hanging is the start of a child that never gets ready.
func hanging(w *world) supervisor.StartFunc {
	return supervisor.ReadyBody(runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context, _ runtime.From) error {
		w.note("hangs")
		return stubborn(0)(ctx)
	})
}

func TestStart_TimeoutBoundsAChildThatHangs(t *testing.T) {
	within(t, func(w *world) {
		spec := supervisor.Spec{StartTimeout: time.Minute, Children: append(workers(w, supervisor.Permanent, "a"),
			supervisor.ChildSpec{ID: "b", Start: hanging(w)})}
		began := time.Now()
		_, err := supervisor.StartLink(w.ctx, spec)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Minute, time.Since(began))
		require.Equal(t, []string{"start a", "hangs", "stop a: shutdown"}, w.noted())
	})
}

func TestStop_DoesNotWaitForAChildThatHangsInItsStart(t *testing.T) {
	within(t, func(w *world) {
		children := workers(w, supervisor.Permanent, "a", "b")
		start, hangs := children[1].Start, false
		children[1].Start = func(ctx context.Context) (pid.PID, error) {
			if hangs {
				return hanging(w)(ctx)
			}
			return start(ctx)
		}
		sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{
			supervisor.Child("inner", supervisor.Spec{Strategy: supervisor.OneForAll, Children: children}),
		}})
		w.noted()
		hangs = true
		w.crash(w.child(sup, "inner").PID, "b", boom)
		require.Equal(t, []string{"stop a: shutdown", "start a", "hangs"}, w.noted())
		began := time.Now()
		require.Equal(t, signal.Shutdown, w.stop(sup))
		require.Zero(t, time.Since(began))
		require.Equal(t, []string{"stop a: shutdown"}, w.noted())
	})
}

func TestForgedExitSignalIsNoEndOfAChild(t *testing.T) {
	within(t, func(w *world) {
		forge := make(chan struct{})
		var sup pid.PID
		sup = w.start(supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "a", Start: supervisor.Body(func(ctx *runtime.Context) error {
			w.note("start a")
			<-forge
			if err := ctx.Exit(sup, boom); err != nil {
				return err
			}
			_, err := ctx.Recv()
			return err
		})}}})
		before := w.child(sup, "a")
		close(forge)
		require.Equal(t, []string{"start a"}, w.noted())
		require.Equal(t, before, w.child(sup, "a"))
		w.stop(sup)
	})
}

// The supervisor is killed while it waits for a child to start: neither the half-started
// child nor any of the others outlives it, stubborn or not.
func TestKilledInTheMiddleOfARestart(t *testing.T) {
	within(t, func(w *world) {
		children := append(workers(w, supervisor.Permanent, "a", "b"), stubbornChild("c", 0, time.Minute))
		start, hangs := children[1].Start, false
		children[1].Start = func(ctx context.Context) (pid.PID, error) {
			if hangs {
				return hanging(w)(ctx)
			}
			return start(ctx)
		}
		sup := w.start(supervisor.Spec{Children: children})
		hangs = true
		w.crash(sup, "b", boom)
		w.noted()
		require.NoError(t, w.ctx.Exit(sup, signal.Kill))
		require.Equal(t, signal.Killed, w.ended(sup))
		require.Equal(t, []string{"stop a: killed"}, w.noted())
		require.Equal(t, 2, w.rt.Len(), "the test and the stubborn one")
		w.pass(time.Minute)
		synctest.Wait()
		require.Equal(t, 1, w.rt.Len())
	})
}

func TestKilledWhileItStopsChildren(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Children: append(workers(w, supervisor.Permanent, "a"),
			stubbornChild("b", 0, time.Minute), stubbornChild("c", 0, supervisor.BrutalKill))})
		w.noted()
		require.NoError(t, w.ctx.Exit(sup, signal.Shutdown))
		w.pass(time.Second)
		require.NoError(t, w.ctx.Exit(sup, signal.Kill))
		require.Equal(t, signal.Killed, w.ended(sup))
		require.Equal(t, []string{"stop a: killed"}, w.noted())
		w.pass(time.Minute)
		synctest.Wait()
		require.Equal(t, 1, w.rt.Len())
	})
}

func TestKilledAsAWholeTree(t *testing.T) {
	within(t, func(w *world) {
		inner := supervisor.Spec{Children: append(workers(w, supervisor.Permanent, "a", "b"), stubbornChild("c", 0, time.Second))}
		sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{supervisor.Child("inner", inner)}})
		w.noted()
		require.NoError(t, w.ctx.Exit(sup, signal.Kill))
		require.Equal(t, signal.Killed, w.ended(sup))
		synctest.Wait()
		w.pass(time.Second)
		require.Equal(t, []string{"stop b: shutdown", "stop a: shutdown"}, w.noted(), "the inner one stops them in order")
		require.Equal(t, 1, w.rt.Len())
	})
}

// The parent dies while the supervisor starts its children.
func TestStart_ParentIsKilledInTheMiddle(t *testing.T) {
	within(t, func(w *world) {
		children := append(workers(w, supervisor.Permanent, "a"), supervisor.ChildSpec{ID: "b", Start: hanging(w)})
		parent, err := w.ctx.Spawn(func(ctx *runtime.Context) error {
			_, err := supervisor.StartLink(ctx, supervisor.Spec{Children: children})
			return err
		})
		require.NoError(t, err)
		require.Equal(t, []string{"start a", "hangs"}, w.noted())
		require.NoError(t, w.ctx.Exit(parent, signal.Kill))
		notes := w.noted() // it sees the exit of its parent, or is killed by its starter: who is first?
		require.Len(t, notes, 1)
		require.Contains(t, []string{"stop a: killed", "stop a: shutdown"}, notes[0])
		require.Equal(t, 1, w.rt.Len())
	})
}

// Neither a restart nor the next to be stopped overtakes the children of a supervisor that
// was killed.
func TestKilledSupervisorIsFollowedOnlyWhenItsChildrenAreGone(t *testing.T) {
	within(t, func(w *world) {
		slowly := w.worker("b")
		slowly.Start = supervisor.BodyOpt(runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error {
			w.note("start b")
			defer w.note("end b")
			return stubborn(time.Second)(ctx)
		})
		inner := supervisor.Child("inner", supervisor.Spec{Children: []supervisor.ChildSpec{slowly}})
		inner.Shutdown = supervisor.BrutalKill
		sup := w.start(supervisor.Spec{Children: append(workers(w, supervisor.Permanent, "a"), inner)})
		require.NoError(t, w.ctx.Exit(w.child(sup, "inner").PID, signal.Kill))
		w.pass(time.Second)
		require.Equal(t, []string{"start a", "start b", "end b", "start b"}, w.noted())
		w.stop(sup)
		require.ElementsMatch(t, []string{"end b", "stop a: shutdown"}, w.noted(), "all below a supervisor is killed with it")
	})
}
