package task_test

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
	"github.com/starlang-go/starlang/runtime/task"
)

var errBoom = errors.New("boom")

func answer(*runtime.Context) (int, error) { return 42, nil }

func fail(*runtime.Context) (int, error) { return 1, errBoom }

func crash(*runtime.Context) (int, error) { panic("boom") }

func TestAwait_ReturnsWhatTheFunctionReturned(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		ctx.SetTrapExit(true) // to see whether anything comes
		for _, async := range []func(context.Context, task.Func[int]) *task.Task[int]{task.Async[int], task.AsyncNoLink[int]} {
			good := async(ctx, answer)
			for range 2 {
				got, err := good.Await(ctx)
				require.NoError(t, err)
				require.Equal(t, 42, got)
			}
			got, err := async(ctx, fail).Await(ctx)
			require.Equal(t, errBoom, err, "an error is a result: it arrives as it is")
			require.Equal(t, 1, got)
		}
	})
}

func TestAwait_ByAnyGoroutine(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		slow := task.Async(ctx, func(*runtime.Context) (int, error) {
			pass(time.Second)
			return 42, nil
		})
		_, ended, _ := slow.Poll()
		require.False(t, ended)
		got := make(chan int, 3)
		for range cap(got) {
			go func() { // ends with the task
				v, err := slow.Await(context.Background())
				require.NoError(t, err)
				got <- v
			}()
		}
		for range cap(got) {
			require.Equal(t, 42, <-got)
		}
		v, ended, err := slow.Poll()
		require.NoError(t, err)
		require.True(t, ended)
		require.Equal(t, 42, v)
	})
}

// Elixir, Task.await/2 with a timeout, except that here the task goes on.
func TestAwait_GivesUpWithItsContext(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		slow := task.Async(ctx, func(*runtime.Context) (int, error) {
			pass(2 * time.Second)
			return 42, nil
		})
		bound, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := slow.Await(bound)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		got, err := slow.Await(ctx)
		require.NoError(t, err)
		require.Equal(t, 42, got)
	})
}

func TestAsync_FailureReachesTheOwner(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		ctx.SetTrapExit(true)
		failed := task.Async(ctx, crash)
		reason := signal.Error("panic: boom")
		got, err := runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Exit{From: failed.PID(), Reason: reason}, got)
		_, err = failed.Await(ctx)
		require.Equal(t, &task.Error{PID: failed.PID(), Reason: reason}, err)
		require.ErrorIs(t, err, reason)

		// An owner that does not trap exits goes with it.
		owner, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			_, err := task.Async(ctx, crash).Await(ctx)
			return err
		})
		require.NoError(t, err)
		down, err := runtime.Receive[signal.Down](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Down{Ref: ref, PID: owner, Reason: reason}, down)
	})
}

func TestAsyncNoLink_FailureIsTheAwaitersAlone(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		_, err := task.AsyncNoLink(ctx, crash).Await(ctx)
		require.ErrorIs(t, err, signal.Error("panic: boom"))
		_, err = task.AsyncNoLink(ctx, func(*runtime.Context) (int, error) {
			goruntime.Goexit()
			return 0, nil
		}).Await(ctx)
		require.ErrorContains(t, err, "goexit")
		killed := task.AsyncNoLink(ctx, hang)
		require.NoError(t, ctx.Exit(killed.PID(), signal.Kill))
		_, err = killed.Await(ctx)
		require.ErrorIs(t, err, signal.Killed)
	})
}

func TestAsync_EndsWithItsOwner(t *testing.T) {
	for name, reason := range map[string]error{"normally": nil, "by an error": errBoom, "shut down": signal.Shutdown} {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T, ctx *runtime.Context) {
				linked, free := make(chan *task.Task[int], 1), make(chan *task.Task[int], 1)
				_, err := ctx.Spawn(func(ctx *runtime.Context) error {
					linked <- task.Async(ctx, hang)
					free <- task.AsyncNoLink(ctx, hang)
					return reason
				})
				require.NoError(t, err)
				_, err = (<-linked).Await(ctx)
				require.Error(t, err)
				other := <-free
				synctest.Wait()
				_, ended, _ := other.Poll()
				require.False(t, ended)
				require.NoError(t, other.Stop(ctx))
			})
		})
	}
}

func TestAsync_EndsWithItsContext(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		bound, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := task.Async(bound, hang).Await(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)

		bound, stop := context.WithCancelCause(ctx)
		stop(errBoom)
		_, err = task.Async(bound, hang).Await(ctx)
		require.Equal(t, errBoom, err)
		_, err = task.Async(ctx, answer).Await(ctx)
		require.NoError(t, err, "the owner was not touched")
	})
}

func TestStop_EndsTheTaskAlone(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		hanging := task.Async(ctx, hang)
		require.NoError(t, hanging.Stop(ctx))
		_, err := hanging.Await(ctx)
		require.ErrorIs(t, err, signal.Shutdown)

		ready := task.Async(ctx, answer)
		synctest.Wait()
		require.NoError(t, ready.Stop(ctx))
		got, err := ready.Await(ctx)
		require.NoError(t, err, "what has ended stays as it is")
		require.Equal(t, 42, got)

		stubborn := task.Async(ctx, func(*runtime.Context) (int, error) {
			pass(time.Second)
			return 42, nil
		})
		synctest.Wait()
		bound, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		require.ErrorIs(t, stubborn.Stop(bound), context.DeadlineExceeded)
		_, err = stubborn.Await(ctx)
		require.ErrorIs(t, err, signal.Shutdown, "what it returns after its exit signal is too late")
	})
}

func TestAsync_ThatCannotBeStarted(t *testing.T) {
	none := task.Async(context.Background(), answer)
	_, err := none.Await(context.Background())
	require.ErrorIs(t, err, runtime.ErrNotInProcess)
	require.Equal(t, pid.PID{}, none.PID())
	_, ended, err := none.Poll()
	require.ErrorIs(t, err, runtime.ErrNotInProcess)
	require.True(t, ended)
	require.NoError(t, none.Stop(context.Background()))

	rt := runtime.MustNew(runtime.Config{})
	var gone *runtime.Context
	require.NoError(t, rt.Run(context.Background(), func(ctx *runtime.Context) error { gone = ctx; return nil }))
	_, err = task.Async(gone, answer).Await(context.Background())
	require.Error(t, err)
	_, err = task.AsyncNoLink(gone, answer).Await(context.Background())
	require.ErrorIs(t, err, runtime.ErrTerminated)
}

func TestAwaitMany_InOrderUnderOneDeadline(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		hanging := task.AsyncNoLink(ctx, hang)
		bound, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		got := task.AwaitMany(bound, task.Async(ctx, answer), hanging, task.AsyncNoLink(ctx, crash), task.Async(ctx, fail))
		require.Equal(t, task.Outcome[int]{Value: 42}, got[0])
		require.ErrorIs(t, got[1].Err, context.DeadlineExceeded)
		require.ErrorIs(t, got[2].Err, signal.Error("panic: boom"))
		require.Equal(t, task.Outcome[int]{Value: 1, Err: errBoom}, got[3])
		require.NoError(t, hanging.Stop(ctx))
	})
}

// The owner's mailbox and its task's end race: nothing is ever left in there.
func TestAsync_LeavesNothingInTheMailboxConcurrentSafe(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		ctx.SetTrapExit(true)
		for i := range 10_000 {
			got, err := task.Async(ctx, func(*runtime.Context) (int, error) { return i, nil }).Await(ctx)
			require.NoError(t, err)
			require.Equal(t, i, got)
		}
	})
}
