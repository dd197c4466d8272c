package runtime_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestShutdown_StopsEveryProcess(t *testing.T) {
	rt := start(t)
	var all []runtime.ProcessHandle
	for range 100 {
		all = append(all, spawn(t, rt, idle), asleep(t, rt, runtime.SpawnOptions{}, idle))
	}
	require.NoError(t, rt.Shutdown(context.Background()))
	for _, h := range all {
		require.Equal(t, signal.Shutdown, await(t, h))
	}
	require.NoError(t, rt.Shutdown(context.Background()), "it may be called again")
}

func TestShutdown_LetsThoseWhoTrapFinish(t *testing.T) {
	rt := start(t)
	finished := false
	spawnOpt(t, rt, runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error {
		exit, err := runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Exit{Reason: signal.Shutdown}, exit)
		_, err = ctx.Spawn(idle)
		require.ErrorIs(t, err, runtime.ErrStopped)
		finished = true
		return nil
	})
	require.NoError(t, rt.Shutdown(context.Background()))
	require.True(t, finished)
}

func TestShutdown_ReportsWhoWasKilledAndWhatStillRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{ExitGrace: time.Hour})
		leave := make(chan struct{})
		deafOne := spawnOpt(t, rt, runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error {
			for ctx.Err() == nil {
				_, _ = ctx.Recv()
			}
			return nil
		})
		stuck := spawnOpt(t, rt, runtime.SpawnOptions{Label: "stuck"}, func(*runtime.Context) error { <-leave; return nil })
		spawn(t, rt, idle)
		begin := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		err := rt.Shutdown(ctx)
		require.Equal(t, time.Minute+time.Second, time.Since(begin), "it waits a second for the goroutines of the killed")
		var failed *runtime.ShutdownError
		require.ErrorAs(t, err, &failed)
		require.ElementsMatch(t, []pid.PID{deafOne.PID(), stuck.PID()}, failed.Killed)
		require.Len(t, failed.Zombies, 1)
		require.Equal(t, stuck.PID(), failed.Zombies[0].PID)
		require.Equal(t, signal.Shutdown, failed.Zombies[0].Reason)
		require.EqualError(t, err, "runtime: shutdown killed 2 processes and left 1 goroutines running; "+
			stuck.PID().String()+" stuck (shutdown, 1s)")
		close(leave)
		synctest.Wait()
		require.NoError(t, rt.Shutdown(context.Background()))
	})
}

func TestShutdown_WithoutADeadlineHasOneOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h := spawnOpt(t, rt, runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error {
			<-ctx.Done()
			return nil
		})
		begin := time.Now()
		var failed *runtime.ShutdownError
		require.ErrorAs(t, rt.Shutdown(context.Background()), &failed)
		require.Equal(t, runtime.DefaultShutdownTimeout, time.Since(begin))
		require.Equal(t, &runtime.ShutdownError{Killed: []pid.PID{h.PID()}}, failed)
	})
}

// A context that has ended before leaves no time: whoever is not quick is killed.
func TestShutdown_WithAContextThatHasEndedKills(t *testing.T) {
	rt := start(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	h := spawnOpt(t, rt, runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error { <-ctx.Done(); return nil })
	var failed *runtime.ShutdownError
	require.ErrorAs(t, rt.Shutdown(ctx), &failed)
	require.Equal(t, []pid.PID{h.PID()}, failed.Killed)
	require.Equal(t, signal.Killed, await(t, h))
}

func TestShutdown_FromSeveralSidesWhileOthersSpawnConcurrentSafe(t *testing.T) {
	for range 200 {
		rt := start(t)
		ended := make(chan error, 8)
		for range 4 {
			go func() {
				for {
					if _, err := rt.Spawn(idle); err != nil {
						if errors.Is(err, runtime.ErrStopped) {
							err = nil
						}
						ended <- err
						return
					}
				}
			}()
			go func() { ended <- rt.Shutdown(context.Background()) }()
		}
		for range 8 {
			require.NoError(t, <-ended)
		}
		require.Zero(t, rt.Len())
	}
}

func TestShutdown_CalledByAProcessEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		var err error
		caller := spawn(t, rt, func(ctx *runtime.Context) error {
			err = rt.Shutdown(ctx)
			return nil
		})
		require.Equal(t, signal.Shutdown, await(t, caller))
		pass(time.Minute)
		synctest.Wait()
		var failed *runtime.ShutdownError
		require.ErrorAs(t, err, &failed, "it could not wait for its caller")
	})
}
