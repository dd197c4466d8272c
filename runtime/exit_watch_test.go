package runtime_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestWatchExit_EndsWithATrappedExitOfWhomItWatches(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		watched, err := ctx.Spawn(idle)
		require.NoError(t, err)
		require.NoError(t, ctx.Link(watched))
		watch, stop := ctx.WatchExit(watched)
		defer stop()
		require.NoError(t, ctx.Exit(ctx.PID(), signal.Shutdown))
		_, err = runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.NoError(t, watch.Err(), "the exit of another")

		require.NoError(t, ctx.Exit(watched, signal.Error("boom")))
		<-watch.Done()
		require.Equal(t, signal.Error("boom"), context.Cause(watch))
		require.NoError(t, ctx.Err())
		exit, err := runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Exit{From: watched, Reason: signal.Error("boom")}, exit)
		return nil
	})
}

func TestWatchExit_TheProgramIsTheZeroPID(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		watch, stop := ctx.WatchExit(pid.PID{})
		defer stop()
		require.NoError(t, rt.Exit(ctx.PID(), signal.Shutdown))
		<-watch.Done()
		require.Equal(t, signal.Shutdown, context.Cause(watch))
		return nil
	})
}

func TestWatchExit_StoppedWatchIsOverAndForgotten(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		watch, stop := ctx.WatchExit(ctx.PID())
		stop()
		stop()
		require.ErrorIs(t, context.Cause(watch), context.Canceled)
		return ctx.Exit(ctx.PID(), signal.Shutdown)
	})
}

func TestWatchExit_EndsWithTheProcess(t *testing.T) {
	rt := start(t)
	watches := make(chan context.Context, 1)
	h := spawn(t, rt, func(ctx *runtime.Context) error {
		watch, _ := ctx.WatchExit(pid.PID{})
		watches <- watch
		return idle(ctx)
	})
	watch := <-watches
	h.Exit(signal.Kill)
	<-watch.Done()
	require.Equal(t, signal.Killed, context.Cause(watch))
}
