package runtime_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
)

// TestShutdown_TakesNoTimeIfAllEndAtOnce: the last process to leave the table may have
// yet to tell of its end when Shutdown looks. It is woken after that, too.
func TestShutdown_TakesNoTimeIfAllEndAtOnce(t *testing.T) {
	const rounds, processes = 200, 20
	for range rounds {
		synctest.Test(t, func(t *testing.T) {
			rt := runtime.MustNew(runtime.Config{})
			for range processes {
				_, err := rt.Spawn(func(ctx *runtime.Context) error {
					if _, err := ctx.SpawnLink(idle); err != nil {
						return err
					}
					return idle(ctx)
				})
				require.NoError(t, err)
			}
			synctest.Wait()
			begun := time.Now()
			require.NoError(t, rt.Shutdown(context.Background()))
			require.Zero(t, time.Since(begun))
		})
	}
}
