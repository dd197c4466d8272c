package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestSpawnAck_ReturnsWhenTheBodyIsReady(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		ready := false
		opts := runtime.SpawnOptions{Name: "server", Monitor: true}
		p, ref, err := ctx.SpawnAck(ctx, opts, func(ctx *runtime.Context, starter runtime.From) error {
			ready = true
			require.NoError(t, ctx.Reply(starter, nil))
			return idle(ctx)
		})
		require.NoError(t, err)
		require.True(t, ready)
		found, _ := ctx.Whereis("server")
		require.Equal(t, p, found)
		require.NoError(t, ctx.Exit(p, signal.Kill))
		require.Equal(t, signal.Killed, down(t, ctx, ref))
		return nil
	})
}

func TestSpawnAck_FailedStartIsAnErrorAndNothingElse(t *testing.T) {
	boom := signal.Error("boom")
	ends := map[string]struct {
		body runtime.AckBody
		want signal.ExitReason
	}{
		"error":  {func(*runtime.Context, runtime.From) error { return errors.New("boom") }, boom},
		"normal": {func(*runtime.Context, runtime.From) error { return nil }, signal.Normal},
		"panic":  {func(*runtime.Context, runtime.From) error { panic("boom") }, signal.Error("panic: boom")},
		"goexit": {func(*runtime.Context, runtime.From) error { goruntime.Goexit(); return nil },
			signal.Error("goexit: the body called runtime.Goexit")},
	}
	for name, end := range ends {
		for _, trap := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				rt := start(t)
				within(t, rt, func(ctx *runtime.Context) error {
					ctx.SetTrapExit(trap)
					opts := runtime.SpawnOptions{Name: "server", Link: true, Monitor: true}
					_, _, err := ctx.SpawnAck(ctx, opts, end.body)
					var failed *runtime.SpawnError
					require.ErrorAs(t, err, &failed)
					require.Equal(t, end.want, failed.Err)
					_, err = ctx.TryRecv()
					require.ErrorIs(t, err, runtime.ErrEmpty)
					_, taken := ctx.Whereis("server")
					require.False(t, taken)
					return nil
				})
			})
		}
	}
}

func TestSpawnAck_TimeoutKillsTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		within(t, rt, func(ctx *runtime.Context) error {
			bound, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			opts := runtime.SpawnOptions{Name: "server", Link: true, Monitor: true}
			_, _, err := ctx.SpawnAck(bound, opts, func(ctx *runtime.Context, _ runtime.From) error { return idle(ctx) })
			require.ErrorIs(t, err, context.DeadlineExceeded)
			_, err = ctx.TryRecv()
			require.ErrorIs(t, err, runtime.ErrEmpty)
			_, taken := ctx.Whereis("server")
			require.False(t, taken)
			return nil
		})
	})
}

func TestSpawnAck_StarterEndsInTheMiddle(t *testing.T) {
	rt := start(t)
	started := make(chan runtime.ProcessHandle, 1)
	parent := spawn(t, rt, func(ctx *runtime.Context) error {
		_, _, err := ctx.SpawnAck(ctx, runtime.SpawnOptions{}, func(ctx *runtime.Context, _ runtime.From) error {
			h, _ := rt.Process(ctx.PID())
			started <- h
			return idle(ctx)
		})
		return err
	})
	child := <-started
	parent.Exit(signal.Shutdown)
	require.Equal(t, signal.Shutdown, await(t, parent))
	require.Equal(t, signal.Killed, await(t, child), "no orphan that nobody knows")
}

func TestSpawnAck_RefusesWhatSpawnRefuses(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		_, _, err := ctx.SpawnAck(ctx, runtime.SpawnOptions{}, nil)
		require.ErrorIs(t, err, runtime.ErrNilBody)
		require.NoError(t, ctx.Register("me"))
		_, _, err = ctx.SpawnAck(ctx, runtime.SpawnOptions{Name: "me"}, func(*runtime.Context, runtime.From) error { return nil })
		require.ErrorIs(t, err, runtime.ErrNameTaken)
		return nil
	})
}
