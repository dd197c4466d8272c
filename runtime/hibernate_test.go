package runtime_test

import (
	"context"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// asleep starts a process that sleeps until it gets mail, and then runs next.
func asleep(t testing.TB, rt *runtime.Runtime, opts runtime.SpawnOptions, next runtime.Body) runtime.ProcessHandle {
	t.Helper()
	h := spawnOpt(t, rt, opts, func(ctx *runtime.Context) error { return ctx.Hibernate(next) })
	for !h.Info().Hibernating {
		goruntime.Gosched()
	}
	return h
}

func TestHibernate_WakesUpWithAMessageAndKeepsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		other := spawn(t, rt, idle)
		woke := false
		h := spawnOpt(t, rt, runtime.SpawnOptions{Name: "sleeper", Label: "tired", TrapExit: true}, func(ctx *runtime.Context) error {
			require.NoError(t, ctx.Link(other.PID()))
			ctx.Monitor(other.PID())
			return ctx.Hibernate(func(ctx *runtime.Context) error {
				woke = true
				require.True(t, ctx.IsTrappingExits())
				m, err := ctx.Recv()
				require.NoError(t, err)
				require.Equal(t, "wake up", m.Value())
				return idle(ctx)
			})
		})
		synctest.Wait()
		info := h.Info()
		require.True(t, info.Hibernating)
		require.Equal(t, runtime.Running, info.State)
		require.Equal(t, "sleeper", info.Name)
		require.Equal(t, "tired", info.Label)
		require.Equal(t, []pid.PID{other.PID()}, info.Links)
		require.Len(t, info.Monitors, 1)
		require.True(t, h.IsAlive())

		require.False(t, woke)
		require.NoError(t, rt.SendNamed(context.Background(), pid.Name{Name: "sleeper"}, "wake up"))
		synctest.Wait()
		require.True(t, woke)
		require.False(t, h.Info().Hibernating)
	})
}

func TestHibernate_HasNoGoroutine(t *testing.T) {
	rt := start(t)
	before := goruntime.NumGoroutine()
	for range 100 {
		asleep(t, rt, runtime.SpawnOptions{}, idle)
	}
	// The garbage collector may start a few of its own.
	for goruntime.NumGoroutine() > before+10 {
		goruntime.Gosched()
	}
	require.Equal(t, 100, rt.Len())
}

func TestHibernate_GoesOnAtOnceIfMailIsThere(t *testing.T) {
	rt := start(t)
	h := spawn(t, rt, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Send(ctx.PID(), 1))
		return ctx.Hibernate(func(ctx *runtime.Context) error {
			_, err := ctx.TryRecv()
			return err
		})
	})
	require.Equal(t, signal.Normal, await(t, h))
}

func TestHibernate_SignalsHaveEffectInTheSleep(t *testing.T) {
	rt := start(t)
	ran := func(*runtime.Context) error { panic("it woke up") }
	for signalled, reason := range map[signal.ExitReason]signal.ExitReason{
		signal.Kill: signal.Killed, signal.Shutdown: signal.Shutdown, signal.Error("boom"): signal.Error("boom"),
	} {
		h := asleep(t, rt, runtime.SpawnOptions{Name: "sleeper"}, ran)
		within(t, rt, func(ctx *runtime.Context) error {
			ref := ctx.Monitor(h.PID())
			h.Exit(signal.Normal) // from another: ignored
			require.True(t, h.Info().Hibernating)
			h.Exit(signalled)
			require.Equal(t, reason, down(t, ctx, ref))
			return ctx.Register("sleeper")
		})
		require.Zero(t, rt.ZombieCount(), "there is no goroutine to be one")
	}
	linked := asleep(t, rt, runtime.SpawnOptions{}, ran)
	spawn(t, rt, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Link(linked.PID()))
		return signal.Error("boom")
	})
	require.Equal(t, signal.Error("boom"), await(t, linked))
}

func TestHibernate_ExitDownTimeoutAndCallWakeUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		var got []string
		var sleepAgain runtime.Body
		sleepAgain = func(ctx *runtime.Context) error {
			m, err := ctx.Recv()
			require.NoError(t, err)
			got = append(got, typeName(m.Value()))
			if from, ok := m.From(); ok {
				require.NoError(t, ctx.Reply(from, nil))
			}
			return ctx.Hibernate(sleepAgain)
		}
		other := spawn(t, rt, idle)
		h := spawnOpt(t, rt, runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error {
			ctx.Monitor(other.PID())
			ctx.StartTimer(time.Hour)
			return ctx.Hibernate(sleepAgain)
		})
		synctest.Wait()
		h.Exit(signal.Shutdown)
		synctest.Wait()
		other.Exit(signal.Kill)
		synctest.Wait()
		pass(time.Hour)
		synctest.Wait()
		within(t, rt, func(ctx *runtime.Context) error {
			_, err := runtime.Call[any](ctx, h.PID(), "call")
			return err
		})
		synctest.Wait()
		require.Equal(t, []string{"signal.Exit", "signal.Down", "signal.Timeout", "string"}, got)
		require.True(t, h.Info().Hibernating)
		h.Exit(signal.Kill)
	})
}

func TestHibernate_MisuseIsReported(t *testing.T) {
	rt := start(t)
	h := spawn(t, rt, func(ctx *runtime.Context) error { return ctx.Hibernate(nil) })
	require.Equal(t, signal.Error("panic: runtime: Hibernate with a nil body"), await(t, h))
	h = spawn(t, rt, func(ctx *runtime.Context) error {
		require.ErrorContains(t, ctx.Hibernate(idle), "to be returned by the body at once")
		return nil
	})
	require.Equal(t, signal.Normal, await(t, h))
}

// Falling asleep, waking up and the end come from three sides at once. No message
// is lost, and the reason is that of the signal.
func TestHibernate_RacesMailAndExitConcurrentSafe(t *testing.T) {
	rt := start(t)
	repeat(t, rt, hundredThousand/4, func(ctx *runtime.Context) {
		me := ctx.PID()
		var echo runtime.Body
		echo = func(ctx *runtime.Context) error {
			for {
				m, err := ctx.TryRecv()
				if err == runtime.ErrEmpty {
					return ctx.Hibernate(echo)
				}
				if err != nil {
					return err
				}
				if from, ok := m.From(); ok {
					err = ctx.Reply(from, nil)
				} else {
					err = ctx.Send(me, m.Value())
				}
				if err != nil {
					return err
				}
			}
		}
		p, ref, err := ctx.SpawnMonitor(echo)
		must(t, err)
		h, ok := rt.Process(p)
		if !ok {
			require.FailNow(t, "it is gone")
		}
		for i := range 3 {
			must(t, ctx.Send(p, i))
		}
		_, err = runtime.Call[any](ctx, p, nil)
		must(t, err)
		for want := range 3 {
			got, err := runtime.Receive[int](ctx)
			must(t, err)
			if got != want {
				require.Equal(t, want, got)
			}
		}
		ctx.Demonitor(ref)
		go func() { _, _ = runtime.CallTimeout[any](ctx, p, nil, time.Minute) }()
		must(t, ctx.Exit(p, signal.Kill))
		if await(t, h) != signal.Killed {
			require.FailNow(t, "the reason is lost")
		}
	})
}
