package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// OTP, supervisor:start_child/2.
func TestStartChild(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Name: "top", Children: workers(w, supervisor.Permanent, "a")})
		p, err := supervisor.StartChild(w.ctx, "top", w.worker("b"))
		require.NoError(t, err)
		require.Equal(t, p, w.child(sup, "b").PID)
		require.Equal(t, []string{"a", "b"}, w.running(sup), "it is added behind the others")

		_, err = supervisor.StartChild(w.ctx, sup, w.worker("b"))
		require.ErrorIs(t, err, supervisor.ErrAlreadyStarted)
		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "b"))
		_, err = supervisor.StartChild(w.ctx, sup, w.worker("b"))
		require.ErrorIs(t, err, supervisor.ErrAlreadyPresent)

		_, err = supervisor.StartChild(w.ctx, sup, supervisor.ChildSpec{ID: "c", Start: failing})
		require.EqualError(t, err, `child "c": boom`)
		require.ErrorIs(t, supervisor.DeleteChild(w.ctx, sup, "c"), supervisor.ErrNotFound, "it was not added")

		_, err = supervisor.StartChild(w.ctx, sup, supervisor.ChildSpec{ID: "d", Start: ignore})
		require.ErrorIs(t, err, supervisor.ErrIgnore)
		require.Equal(t, supervisor.Stopped, w.child(sup, "d").State, "its spec is kept")

		_, err = supervisor.StartInstance(w.ctx, sup, 7)
		require.ErrorIs(t, err, supervisor.ErrTemplate)
		w.stop(sup)
		_, err = supervisor.StartChild(w.ctx, sup, w.worker("e"))
		require.ErrorIs(t, err, runtime.ErrNoProc)
	})
}

func failing(context.Context) (pid.PID, error) { return pid.PID{}, errBoom }

// OTP, supervisor:terminate_child/2, restart_child/2, delete_child/2.
func TestTerminateRestartDelete(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Children: append(workers(w, supervisor.Permanent, "a"), workers(w, supervisor.Temporary, "b")...)})
		_, err := supervisor.RestartChild(w.ctx, sup, "a")
		require.ErrorIs(t, err, supervisor.ErrRunning)
		require.ErrorIs(t, supervisor.DeleteChild(w.ctx, sup, "a"), supervisor.ErrRunning)
		w.noted()

		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "a"))
		require.Equal(t, []string{"stop a: shutdown"}, w.noted())
		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "a"), "it is stopped already")
		p, err := supervisor.RestartChild(w.ctx, sup, "a")
		require.NoError(t, err)
		require.Equal(t, p, w.child(sup, "a").PID)

		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, p), "by PID, too")
		require.NoError(t, supervisor.DeleteChild(w.ctx, sup, "a"))
		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "b"))

		for _, id := range []string{"a", "b"} {
			require.ErrorIs(t, supervisor.TerminateChild(w.ctx, sup, id), supervisor.ErrNotFound)
			require.ErrorIs(t, supervisor.DeleteChild(w.ctx, sup, id), supervisor.ErrNotFound)
			_, err = supervisor.RestartChild(w.ctx, sup, id)
			require.ErrorIs(t, err, supervisor.ErrNotFound)
		}
		require.ErrorIs(t, supervisor.TerminateChild(w.ctx, sup, p), supervisor.ErrNotFound)
		w.stop(sup)
	})
}

// OTP, supervisor:count_children/1, which_children/1.
func TestWhichAndCount(t *testing.T) {
	within(t, func(w *world) {
		children := append(workers(w, supervisor.Permanent, "a", "b"), supervisor.Child("inner", supervisor.Spec{}))
		sup := w.start(supervisor.Spec{Children: children})
		w.crash(sup, "b", boom)
		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "a"))
		n, err := supervisor.CountChildren(w.ctx, sup)
		require.NoError(t, err)
		require.Equal(t, supervisor.Counts{Specs: 3, Active: 2, Supervisors: 1, Workers: 2}, n)
		all, err := supervisor.WhichChildren(w.ctx, sup)
		require.NoError(t, err)
		require.Equal(t, []supervisor.ChildInfo{
			{ID: "a"},
			{ID: "b", PID: all[1].PID, State: supervisor.Running, Restarts: 1},
			{ID: "inner", PID: all[2].PID, State: supervisor.Running, Type: supervisor.Supervisor},
		}, all)
		w.stop(sup)
	})
}

// template starts workers that are told apart by numbers.
func (w *world) template(restart supervisor.Restart) *supervisor.Template {
	return supervisor.NewTemplate(supervisor.ChildSpec{ID: "instance", Restart: restart},
		func(ctx context.Context, n int) (pid.PID, error) {
			return w.worker(fmt.Sprintf("#%d", n)).Start(ctx)
		})
}

// OTP, supervisor, simple_one_for_one: "A simplified one_for_one supervisor, where all
// child processes are dynamically added instances of the same process type".
func TestDynamic_Template(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Strategy: supervisor.Dynamic, Template: w.template(supervisor.Permanent), MaxChildren: 3})
		one, err := supervisor.StartInstance(w.ctx, sup, 1)
		require.NoError(t, err)
		_, err = supervisor.StartInstance(w.ctx, sup, 2)
		require.NoError(t, err)
		_, err = supervisor.StartInstance(w.ctx, sup, "three")
		require.ErrorIs(t, err, supervisor.ErrArgType)
		require.ErrorContains(t, err, "got string, want int")
		_, err = supervisor.StartInstance(w.ctx, sup, 3)
		require.NoError(t, err)
		_, err = supervisor.StartInstance(w.ctx, sup, 4)
		require.ErrorIs(t, err, supervisor.ErrMaxChildren)
		_, err = supervisor.StartChild(w.ctx, sup, w.worker("a"))
		require.ErrorIs(t, err, supervisor.ErrTemplate)
		w.noted()

		require.NoError(t, w.ctx.Send(one, boom))
		require.Equal(t, []string{"start #1"}, w.noted(), "with the same argument")
		n, err := supervisor.CountChildren(w.ctx, sup)
		require.NoError(t, err)
		require.Equal(t, supervisor.Counts{Specs: 1, Active: 3, Workers: 3}, n)
		w.stop(sup)
	})
}

// OTP, supervisor, simple_one_for_one: "Functions delete_child/2 and restart_child/2 are
// invalid for simple_one_for_one supervisors and return {error,simple_one_for_one} […].
// terminate_child/2 can be used […] by specifying the child's pid() as the second
// argument. If instead the child specification identifier is used, terminate_child/2
// return {error,simple_one_for_one}."
func TestDynamic_ChildrenAreNamedByPID(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Strategy: supervisor.Dynamic})
		p, err := supervisor.StartChild(w.ctx, sup, w.worker("same"))
		require.NoError(t, err)
		other, err := supervisor.StartChild(w.ctx, sup, w.worker("same"))
		require.NoError(t, err)
		require.ErrorIs(t, supervisor.TerminateChild(w.ctx, sup, "same"), supervisor.ErrDynamic)
		require.ErrorIs(t, supervisor.DeleteChild(w.ctx, sup, "same"), supervisor.ErrDynamic)
		_, err = supervisor.RestartChild(w.ctx, sup, "same")
		require.ErrorIs(t, err, supervisor.ErrDynamic)

		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, p))
		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, p), "it has ended anyway")
		require.ErrorIs(t, supervisor.TerminateChild(w.ctx, sup, w.ctx.PID()), supervisor.ErrNotFound)
		require.Equal(t, other, w.child(sup, "same").PID)
		n, err := supervisor.CountChildren(w.ctx, sup)
		require.NoError(t, err)
		require.Equal(t, 1, n.Specs, "no spec is kept")
		w.stop(sup)
	})
}

// A restart that fails is tried again, and can be called off under the PID that the
// child had. Source: OTP, supervisor:find_child/2, restarting(Pid).
func TestDynamic_TerminateChildThatIsRestarting(t *testing.T) {
	within(t, func(w *world) {
		works := true
		sup := w.start(supervisor.Spec{Strategy: supervisor.Dynamic, Intensity: 100, Backoff: slow})
		p, err := supervisor.StartChild(w.ctx, sup, supervisor.ChildSpec{ID: "a", Start: func(ctx context.Context) (pid.PID, error) {
			if works {
				return w.worker("a").Start(ctx)
			}
			return pid.PID{}, errBoom
		}})
		require.NoError(t, err)
		works = false
		w.crash(sup, "a", boom)
		require.Equal(t, supervisor.Restarting, w.child(sup, "a").State)
		w.pass(slow.Initial)
		require.Equal(t, supervisor.Restarting, w.child(sup, "a").State)
		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, p))
		all, err := supervisor.WhichChildren(w.ctx, sup)
		require.NoError(t, err)
		require.Empty(t, all)
		w.pass(10 * slow.Max)
		w.stop(sup)
	})
}

// OTP, supervisor, simple_one_for_one: "it shuts them all down asynchronously. This means
// that the children do their cleanup in parallel".
func TestDynamic_ChildrenAreStoppedAtTheSameTime(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Strategy: supervisor.Dynamic})
		for i := range 20 {
			takes, given := supervisor.DefaultShutdown, supervisor.Infinity
			if i%2 == 0 {
				takes, given = 0, supervisor.DefaultShutdown
			}
			_, err := supervisor.StartChild(w.ctx, sup, stubbornChild("a", takes, given))
			require.NoError(t, err)
		}
		began := w.rt.Uptime()
		require.Equal(t, signal.Shutdown, w.stop(sup))
		require.Equal(t, supervisor.DefaultShutdown, w.rt.Uptime()-began)
	})
}

func TestClient_CallerWhoGivesUpDoesNotHoldTheSupervisor(t *testing.T) {
	within(t, func(w *world) {
		release := make(chan struct{})
		sup := w.start(supervisor.Spec{})
		slowStart := w.worker("a")
		start := slowStart.Start
		slowStart.Start = func(ctx context.Context) (pid.PID, error) {
			<-release
			return start(ctx)
		}
		caller, err := w.ctx.Spawn(func(ctx *runtime.Context) error {
			_, err := supervisor.StartChild(ctx, sup, slowStart)
			return err
		})
		require.NoError(t, err)
		synctest.Wait()
		require.NoError(t, w.ctx.Exit(caller, signal.Kill))
		bound, cancel := context.WithCancelCause(w.ctx)
		cancel(errBoom)
		_, err = supervisor.WhichChildren(bound, sup)
		require.ErrorIs(t, err, errBoom)
		close(release)
		require.Equal(t, []string{"a"}, w.running(sup), "the child is the supervisor's")
		w.stop(sup)
	})
}

func TestClient_UnknownRequest(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{})
		_, err := genserver.CallAs[int](w.ctx, sup, "what?")
		require.ErrorIs(t, err, genserver.ErrUnhandled)
		_, err = supervisor.WhichChildren(context.Background(), sup)
		require.True(t, errors.Is(err, runtime.ErrNotInProcess))
		w.stop(sup)
	})
}
