package task_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/runtime/task"
)

// Elixir, Task.Supervisor.async_nolink/3.
func TestAsyncUnder_TaskBelongsToItsSupervisor(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		ctx.SetTrapExit(true)
		sup, err := supervisor.StartLink(ctx, supervisor.Spec{Children: []supervisor.ChildSpec{task.Supervisor("tasks")}})
		require.NoError(t, err)
		n, err := task.AsyncUnder(ctx, "tasks", answer).Await(ctx)
		require.NoError(t, err)
		require.Equal(t, 42, n)
		_, err = task.AsyncUnder(ctx, "tasks", crash).Await(ctx)
		var failed *task.Error
		require.ErrorAs(t, err, &failed)

		var orphan *task.Task[int]
		_, owner, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			orphan = task.AsyncUnder(ctx, "tasks", hang)
			return nil
		})
		require.NoError(t, err)
		_, err = runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == owner })
		require.NoError(t, err)
		synctest.Wait()
		_, ended, _ := orphan.Poll()
		require.False(t, ended, "it goes on without its owner")
		counts, err := supervisor.CountChildren(ctx, "tasks")
		require.NoError(t, err)
		require.Equal(t, 1, counts.Active)

		require.NoError(t, ctx.Exit(sup, signal.Shutdown))
		_, err = orphan.Await(ctx)
		require.ErrorIs(t, err, signal.Shutdown)
		_, err = runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		_, err = task.AsyncUnder(ctx, "tasks", answer).Await(ctx)
		require.ErrorIs(t, err, runtime.ErrNoProc)
	})
}
