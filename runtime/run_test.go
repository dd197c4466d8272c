package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestRun_ReturnsTheReason(t *testing.T) {
	rt := start(t)
	ctx := context.Background()
	require.NoError(t, rt.Run(ctx, func(*runtime.Context) error { return nil }))
	require.Equal(t, signal.Shutdown, rt.Run(ctx, func(*runtime.Context) error { return signal.Shutdown }))
	require.Equal(t, signal.Error("boom"), rt.Run(ctx, func(*runtime.Context) error { return errors.New("boom") }))
	require.Equal(t, signal.Error("panic: oops"), rt.Run(ctx, func(*runtime.Context) error { panic("oops") }))
	require.ErrorIs(t, rt.Run(ctx, nil), runtime.ErrNilBody)
}

func TestRun_GoesOnAfterGoexit(t *testing.T) {
	rt := start(t)
	err := rt.Run(context.Background(), func(*runtime.Context) error { goruntime.Goexit(); return nil })
	require.ErrorContains(t, err, "goexit")
}

func TestRun_EndsWithItsContext(t *testing.T) {
	rt := start(t)
	ctx, cancel := context.WithCancel(context.Background())
	err := rt.Run(ctx, func(ctx *runtime.Context) error {
		cancel()
		return idle(ctx)
	})
	require.Equal(t, signal.Shutdown, err)
	require.Equal(t, signal.Shutdown, rt.Run(ctx, idle), "it has ended before")
}

func TestRun_WaitsForABodyThatSleeps(t *testing.T) {
	rt := start(t)
	err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
		me := ctx.PID()
		_, err := ctx.Spawn(func(ctx *runtime.Context) error { return ctx.Send(me, "wake up") })
		require.NoError(t, err)
		return ctx.Hibernate(func(ctx *runtime.Context) error {
			m, err := ctx.Recv()
			require.NoError(t, err)
			require.Equal(t, "wake up", m.Value())
			return signal.ShutdownReason("slept well")
		})
	})
	require.Equal(t, signal.ShutdownReason("slept well"), err)
}
