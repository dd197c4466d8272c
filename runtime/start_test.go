package runtime_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// start returns a runtime that is shut down at the end of the test, which fails
// if anything is left of it then, or any goroutine.
func start(t testing.TB) *runtime.Runtime {
	t.Helper()
	t.Cleanup(func() { goleak.VerifyNone(t) })
	return startWith(t, runtime.Config{Logger: slog.New(slog.DiscardHandler)})
}

// startWith is start with a configuration, and without the look at goroutines,
// which is not for a synctest bubble: that has its own.
func startWith(t testing.TB, cfg runtime.Config) *runtime.Runtime {
	t.Helper()
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	rt, err := runtime.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = rt.Shutdown(context.Background()) // who does not stop by itself is no failure, who stays is
		requireEmpty(t, rt)
	})
	return rt
}

// requireEmpty checks that nothing is left of what ever ran in rt.
func requireEmpty(t testing.TB, rt *runtime.Runtime) {
	t.Helper()
	require.Zero(t, rt.Len(), "processes")
	require.Zero(t, rt.ZombieCount(), "zombies")
	require.Zero(t, rt.RunningTimers(), "timers")
	for name, owner := range rt.RegisteredNames() {
		require.Failf(t, "a name is left", "%q of %s", name, owner)
	}
}

// within runs body as a process of rt and fails unless it ends normally.
func within(t testing.TB, rt *runtime.Runtime, body runtime.Body) {
	t.Helper()
	require.NoError(t, rt.Run(context.Background(), body))
}

// idle is a body that does nothing until it is told to end.
func idle(ctx *runtime.Context) error {
	for {
		if _, err := ctx.Recv(); err != nil {
			return err
		}
	}
}

// spawn starts a process in the name of the program and returns when its body has
// begun: an exit signal that comes before spares the body altogether.
func spawn(t testing.TB, rt *runtime.Runtime, body runtime.Body) runtime.ProcessHandle {
	t.Helper()
	return spawnOpt(t, rt, runtime.SpawnOptions{}, body)
}

func spawnOpt(t testing.TB, rt *runtime.Runtime, opts runtime.SpawnOptions, body runtime.Body) runtime.ProcessHandle {
	t.Helper()
	// The process must not end before there is a handle of it.
	begun, held := make(chan struct{}), make(chan struct{})
	p, err := rt.SpawnOpt(opts, func(ctx *runtime.Context) error {
		close(begun)
		<-held
		return body(ctx)
	})
	require.NoError(t, err)
	<-begun
	h, ok := rt.Process(p)
	require.True(t, ok)
	close(held)
	return h
}

// repeat calls f so many times, spread over several processes that do it at the
// same time.
func repeat(t testing.TB, rt *runtime.Runtime, times int, f func(*runtime.Context)) {
	t.Helper()
	const processes = 4
	all := make([]runtime.ProcessHandle, processes)
	for i := range all {
		all[i] = spawn(t, rt, func(ctx *runtime.Context) error {
			ctx.SetTrapExit(true)
			for range times / processes {
				f(ctx)
			}
			return nil
		})
	}
	for _, h := range all {
		require.Equal(t, signal.Normal, await(t, h))
	}
}

// await returns the reason for which h's process ended, once it is Dead.
func await(t testing.TB, h runtime.ProcessHandle) signal.ExitReason {
	t.Helper()
	reason, err := h.Wait(context.Background())
	require.NoError(t, err)
	return reason
}

// down waits for the Down of a monitor and returns the reason.
func down(t testing.TB, ctx *runtime.Context, ref pid.Ref) signal.ExitReason {
	d, err := runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == ref })
	must(t, err)
	return d.Reason
}

// must is require.NoError for loops that run a million times, of which that one
// would take the greater part.
func must(t testing.TB, err error) {
	if err != nil {
		t.Helper()
		require.NoError(t, err)
	}
}

// mustBeEmpty fails if a message is there. It is quick, like must.
func mustBeEmpty(t testing.TB, ctx *runtime.Context) {
	if m, err := ctx.TryRecv(); err != runtime.ErrEmpty {
		t.Helper()
		require.FailNow(t, "unexpected message", "%#v, %v", m.Value(), err)
	}
}

func typeName(v any) string { return fmt.Sprintf("%T", v) }

// pass lets virtual time pass: nothing else says that it is over. It is for
// synctest bubbles only.
func pass(d time.Duration) { <-time.After(d) }
