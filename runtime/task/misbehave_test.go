package task_test

import (
	goruntime "runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/task"
)

// Whatever a function does, it is its own item that fails, the owner goes on, and nothing is
// called once the owner is dead.
func TestFunctionsThatMisbehave(t *testing.T) {
	var release chan struct{} // of the bubble
	ways := map[string]func() (int, error){
		"panics":                  func() (int, error) { panic("oh no") },
		"panics with its own map": func() (int, error) { m := map[string]any{}; m["m"] = m; panic(m) },
		"calls Goexit":            func() (int, error) { goruntime.Goexit(); return 0, nil },
		"hangs":                   func() (int, error) { <-release; return 0, nil },
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T, ctx *runtime.Context) {
				release = make(chan struct{})
				f := func(_ *runtime.Context, n int) (int, error) {
					if n == 2 {
						return way()
					}
					return n, nil
				}
				var errs []bool
				for r := range task.Stream(ctx, slices.Values([]int{1, 2, 3}), f, task.StreamOptions{Max: 2, Timeout: time.Second}) {
					errs = append(errs, r.Err != nil)
				}
				require.Equal(t, []bool{false, true, false}, errs)
				one := task.AsyncNoLink(ctx, func(ctx *runtime.Context) (int, error) { return f(ctx, 2) })
				if name == "hangs" {
					require.NoError(t, ctx.Exit(one.PID(), signal.Kill))
				}
				_, err := one.Await(ctx)
				require.Error(t, err)
				if name != "hangs" { // Map has no time of its own
					_, err = task.Map(ctx, []int{1, 2, 3}, 2, f)
					require.Error(t, err)
				}
				close(release)
				synctest.Wait()
			})
		})
	}
}

func TestStream_CallsNothingOnceItsOwnerIsDead(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		var taken, called int
		endless := func(yield func(int) bool) {
			for taken = 0; yield(taken); taken++ {
			}
		}
		p, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			for r := range task.Stream(ctx, endless, func(c *runtime.Context, n int) (int, error) {
				called++
				return n, nil
			}, task.StreamOptions{Max: 1}) {
				if r.Index == 3 {
					_ = ctx.Exit(ctx.PID(), signal.Kill)
				}
			}
			return nil
		})
		require.NoError(t, err)
		_, err = runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == ref })
		require.NoError(t, err)
		synctest.Wait()
		require.False(t, ctx.IsAlive(p))
		require.Equal(t, 4, called, "no function runs for a dead process")
		require.LessOrEqual(t, taken, 5, "and at most one more item is taken, to have an error for it")
	})
}
