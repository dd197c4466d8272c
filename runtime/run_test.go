package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestRun_ReturnsTheReason(t *testing.T) {
	rt := start(t)
	ctx := context.Background()
	require.NoError(t, rt.Run(ctx, func(*runtime.Context) error { return nil }))
	require.Equal(t, signal.Shutdown, rt.Run(ctx, func(*runtime.Context) error { return signal.Shutdown }))
	require.Equal(t, signal.Error("boom"), rt.Run(ctx, func(*runtime.Context) error { return errors.New("boom") }))
	require.ErrorIs(t, rt.Run(ctx, nil), runtime.ErrNilBody)
}

// What ends the body ends the process, and then goes on in the caller.
func TestRun_IsInTheCallingGoroutine(t *testing.T) {
	rt := start(t)
	ctx := context.Background()
	var h runtime.ProcessHandle
	body := func(end func()) runtime.Body {
		return func(ctx *runtime.Context) error {
			h, _ = rt.Process(ctx.PID())
			end()
			return nil
		}
	}
	abort := errors.New("abort")
	require.PanicsWithValue(t, abort, func() { _ = rt.Run(ctx, body(func() { panic(abort) })) })
	require.Equal(t, signal.Error("panic: abort"), await(t, h))

	gone := make(chan bool, 1)
	go func() {
		defer close(gone)
		_ = rt.Run(ctx, body(goruntime.Goexit))
		gone <- false
	}()
	_, wentOn := <-gone
	require.False(t, wentOn)
	require.ErrorContains(t, await(t, h), "goexit")

	goroutine := func() string {
		var buf [64]byte
		return strings.Fields(string(buf[:goruntime.Stack(buf[:], false)]))[1]
	}
	here, before, after := goroutine(), "", ""
	require.NoError(t, rt.Run(ctx, func(ctx *runtime.Context) error {
		before = goroutine()
		must(t, ctx.Send(ctx.PID(), 1))
		_, _ = ctx.SendAfter(ctx.PID(), 0, 1)
		return ctx.Hibernate(func(*runtime.Context) error { after = goroutine(); return nil })
	}))
	require.Equal(t, here, before)
	require.Equal(t, here, after)
}

type runKey struct{}

func TestRun_DerivesFromItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), runKey{}, "v"), time.Minute)
		defer cancel()
		err := rt.Run(ctx, func(ctx *runtime.Context) error {
			require.Equal(t, "v", ctx.Value(runKey{}))
			_, bounded := ctx.Deadline()
			require.True(t, bounded)
			require.True(t, ctx.Derives())
			deaf := spawn(t, rt, idle)
			_, err := runtime.Call[any](ctx, deaf.PID(), 1)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorIs(t, err, signal.Shutdown)
			require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
			_, err = ctx.Recv()
			return err
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, signal.Shutdown)
	})
}

func TestRun_KilledInItsSleep(t *testing.T) {
	rt := start(t)
	err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
		me := ctx.PID()
		_, _ = ctx.Spawn(func(ctx *runtime.Context) error { return ctx.Exit(me, signal.Kill) })
		return ctx.Hibernate(func(*runtime.Context) error { panic("must not wake up") })
	})
	require.Equal(t, signal.Killed, err)
}

func TestRun_EndsWithItsContext(t *testing.T) {
	rt := start(t)
	ctx, cancel := context.WithCancel(context.Background())
	err := rt.Run(ctx, func(ctx *runtime.Context) error {
		cancel()
		return idle(ctx)
	})
	require.ErrorIs(t, err, signal.Shutdown)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, rt.Run(ctx, idle), signal.Shutdown, "it has ended before")
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

// What a process of Run is can be asked as soon as others can see it.
func TestRun_IsLookedAtFromItsBeginningConcurrentSafe(t *testing.T) {
	rt := start(t)
	var looks sync.WaitGroup
	over := make(chan struct{})
	looks.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
			}
			for b := range rt.Brief() {
				if b.Parent != (pid.PID{}) {
					panic("a process of the program has a parent")
				}
			}
		}
	})
	for range 2000 {
		require.NoError(t, rt.Run(t.Context(), func(*runtime.Context) error { return nil }))
	}
	close(over)
	looks.Wait()
}
