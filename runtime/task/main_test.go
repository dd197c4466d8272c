package task_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// within runs test as a process of a new runtime, in a bubble of time, and checks
// that it leaves nothing: no process, no zombie, no mail.
func within(t *testing.T, test func(t *testing.T, ctx *runtime.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, rt.Run(context.Background(), func(ctx *runtime.Context) error {
			test(t, ctx)
			_, err := ctx.TryRecv()
			require.ErrorIs(t, err, runtime.ErrEmpty)
			return nil
		}))
		synctest.Wait()
		require.Zero(t, rt.Len())
		require.Zero(t, rt.ZombieCount())
		require.NoError(t, rt.Shutdown(context.Background()))
	})
}

// hang waits until the process gets an exit signal.
func hang(ctx *runtime.Context) (int, error) {
	<-ctx.Done()
	return 0, context.Cause(ctx)
}

// pass lets virtual time pass: nothing else says that it is over. It is for
// synctest bubbles only.
func pass(d time.Duration) { <-time.After(d) }
