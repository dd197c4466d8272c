package task_test

import (
	"errors"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/runtime/task"
)

// A thousand tasks under one supervisor, of which some fail in every way there is: each has its
// own result, and the supervisor is left with those that hang, which end with it.
func TestAsyncUnder_FloodOfTasksThatMisbehave(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		ctx.SetTrapExit(true)
		sup, err := supervisor.StartLink(ctx, supervisor.Spec{Children: []supervisor.ChildSpec{task.Supervisor("tasks")}})
		require.NoError(t, err)
		const many, kinds = 1000, 5
		failed := errors.New("failed")
		tasks := make([]*task.Task[int], many)
		for i := range tasks {
			tasks[i] = task.AsyncUnder(ctx, "tasks", func(ctx *runtime.Context) (int, error) {
				switch i % kinds {
				case 0:
					panic("oh no")
				case 1:
					goruntime.Goexit()
				case 2:
					return i, failed
				case 3:
					<-ctx.Done()
				}
				return i, nil
			})
		}
		var ended *task.Error
		for i, tk := range tasks {
			if i%kinds == 3 {
				continue
			}
			n, err := tk.Await(ctx)
			switch i % kinds {
			case 0, 1:
				require.ErrorAs(t, err, &ended)
			case 2:
				require.ErrorIs(t, err, failed)
			default:
				require.NoError(t, err)
				require.Equal(t, i, n)
			}
		}
		count, err := supervisor.CountChildren(ctx, "tasks")
		require.NoError(t, err)
		require.Equal(t, many/kinds, count.Active)
		require.NoError(t, ctx.Exit(sup, signal.Shutdown))
		exit, err := runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, sup, exit.From)
		for i := 3; i < many; i += kinds {
			_, err := tasks[i].Await(ctx)
			require.ErrorAs(t, err, &ended)
		}
	})
}

// Tasks outlive an owner that dies in the middle of starting them; none is lost or started twice.
func TestAsyncUnder_OwnerDiesInTheMiddle(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		ctx.SetTrapExit(true)
		_, err := supervisor.StartLink(ctx, supervisor.Spec{Children: []supervisor.ChildSpec{task.Supervisor("tasks")}})
		require.NoError(t, err)
		started := make(chan struct{})
		release := make(chan struct{})
		owner, err := ctx.Spawn(func(ctx *runtime.Context) error {
			for i := 0; ; i++ {
				if i == 50 {
					close(started)
				}
				task.AsyncUnder(ctx, "tasks", func(*runtime.Context) (int, error) { <-release; return i, nil })
				if ctx.Err() != nil {
					return nil
				}
			}
		})
		require.NoError(t, err)
		<-started
		require.NoError(t, ctx.Exit(owner, signal.Kill))
		synctest.Wait()
		count, err := supervisor.CountChildren(ctx, "tasks")
		require.NoError(t, err)
		require.GreaterOrEqual(t, count.Active, 50)
		close(release)
		<-time.After(time.Second)
		count, err = supervisor.CountChildren(ctx, "tasks")
		require.NoError(t, err)
		require.Zero(t, count.Active)
	})
}
