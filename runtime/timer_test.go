package runtime_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// inBubble runs body as a process in a bubble of its own time.
func inBubble(t *testing.T, body func(*testing.T, *runtime.Runtime, *runtime.Context)) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		within(t, rt, func(ctx *runtime.Context) error {
			body(t, rt, ctx)
			return nil
		})
	})
}

func TestSendAfter_ArrivesWhenItIsDue(t *testing.T) {
	inBubble(t, func(t *testing.T, rt *runtime.Runtime, ctx *runtime.Context) {
		require.NoError(t, ctx.Register("me"))
		me, myName := ctx.PID(), pid.Name{Name: "me"}
		for _, d := range []time.Duration{0, -time.Second, time.Second, time.Hour} {
			for _, send := range []func() (pid.Ref, error){
				func() (pid.Ref, error) { return ctx.SendAfter(me, d, "tick") },
				func() (pid.Ref, error) { return ctx.SendNamedAfter(myName, d, "tick") },
				func() (pid.Ref, error) { return rt.SendAfter(me, d, "tick") },
				func() (pid.Ref, error) { return rt.SendNamedAfter(myName, d, "tick") },
			} {
				begin := time.Now()
				ref, err := send()
				require.NoError(t, err)
				m, err := ctx.Recv()
				require.NoError(t, err)
				require.Equal(t, "tick", m.Value())
				require.Equal(t, runtime.KindUser, m.Kind())
				require.Equal(t, max(d, 0), time.Since(begin))
				_, running := ctx.CancelTimer(ref)
				require.False(t, running, "it has fired")
			}
		}
		require.Zero(t, rt.RunningTimers())
	})
}

func TestStartTimer_ArrivesAsATimeout(t *testing.T) {
	inBubble(t, func(t *testing.T, rt *runtime.Runtime, ctx *runtime.Context) {
		late, soon := ctx.StartTimer(time.Hour), ctx.StartTimer(time.Minute)
		for _, want := range []pid.Ref{soon, late} {
			m, err := ctx.Recv()
			require.NoError(t, err)
			require.Equal(t, signal.Timeout{Ref: want}, m.Value())
			require.Equal(t, runtime.KindSystem, m.Kind())
		}
		require.Zero(t, rt.RunningTimers())
	})
}

func TestTimer_ReadAndCancelTellTheTimeLeft(t *testing.T) {
	inBubble(t, func(t *testing.T, rt *runtime.Runtime, ctx *runtime.Context) {
		self, _ := rt.Process(ctx.PID())
		for _, start := range []func() pid.Ref{
			func() pid.Ref { return ctx.StartTimer(time.Hour) },
			func() pid.Ref { ref, _ := ctx.SendAfter(ctx.PID(), time.Hour, 1); return ref },
			func() pid.Ref { ref, _ := ctx.SendNamedAfter(pid.Name{Name: "nobody"}, time.Hour, 1); return ref },
		} {
			ref := start()
			pass(20 * time.Minute)
			left, running := ctx.ReadTimer(ref)
			require.True(t, running)
			require.Equal(t, 40*time.Minute, left)
			left, running = rt.ReadTimer(ref)
			require.True(t, running)
			require.Equal(t, 40*time.Minute, left)

			other := spawn(t, rt, func(ctx *runtime.Context) error { // whoever has the Ref can
				left, running := ctx.CancelTimer(ref)
				require.True(t, running)
				require.Equal(t, 40*time.Minute, left)
				return nil
			})
			require.Equal(t, signal.Normal, await(t, other))
			for _, again := range []func(pid.Ref) (time.Duration, bool){ctx.CancelTimer, ctx.ReadTimer, rt.CancelTimer, rt.ReadTimer} {
				left, running = again(ref)
				require.False(t, running)
				require.Zero(t, left)
			}
			require.Zero(t, self.Holdings().Timers)
		}
		pass(2 * time.Hour)
		mustBeEmpty(t, ctx)
		require.Zero(t, rt.RunningTimers())
	})
}

func TestTimer_DiesWithItsTarget(t *testing.T) {
	inBubble(t, func(t *testing.T, rt *runtime.Runtime, ctx *runtime.Context) {
		refs := make(chan pid.Ref, 1)
		target := spawn(t, rt, func(ctx *runtime.Context) error {
			refs <- ctx.StartTimer(time.Hour)
			return idle(ctx)
		})
		own := <-refs
		sent, err := ctx.SendAfter(target.PID(), time.Hour, 1)
		require.NoError(t, err)
		require.Equal(t, 2, rt.RunningTimers())
		target.Exit(signal.Shutdown)
		await(t, target)
		require.Zero(t, rt.RunningTimers())
		for _, ref := range []pid.Ref{own, sent} {
			_, running := ctx.CancelTimer(ref)
			require.False(t, running)
		}
		ref, err := ctx.SendAfter(target.PID(), time.Hour, 1)
		require.NoError(t, err, "a timer aimed at who is gone does nothing")
		_, running := ctx.ReadTimer(ref)
		require.False(t, running)
	})
}

func TestTimer_OutlivesWhoSetIt(t *testing.T) {
	inBubble(t, func(t *testing.T, rt *runtime.Runtime, ctx *runtime.Context) {
		me := ctx.PID()
		setter := spawn(t, rt, func(ctx *runtime.Context) error {
			_, err := ctx.SendAfter(me, time.Hour, "from the grave")
			return err
		})
		await(t, setter)
		m, err := ctx.RecvTimeout(time.Hour + 1)
		require.NoError(t, err)
		require.Equal(t, "from the grave", m.Value())
	})
}

// A name is looked up when the timer fires.
func TestTimer_AimedAtANameReachesWhoHasItThen(t *testing.T) {
	inBubble(t, func(t *testing.T, rt *runtime.Runtime, ctx *runtime.Context) {
		first := spawnOpt(t, rt, runtime.SpawnOptions{Name: "name"}, idle)
		for range 2 {
			_, err := ctx.SendNamedAfter(pid.Name{Name: "name"}, time.Hour, "tick")
			require.NoError(t, err)
		}
		_, err := ctx.SendNamedAfter(pid.Name{Name: "nobody"}, time.Hour, "in vain")
		require.NoError(t, err)
		first.Exit(signal.Kill)
		await(t, first)
		require.Equal(t, 3, rt.RunningTimers(), "they do not die with who had the name")
		require.NoError(t, ctx.Register("name"))
		for range 2 {
			m, err := ctx.Recv()
			require.NoError(t, err)
			require.Equal(t, "tick", m.Value())
		}
		require.Zero(t, first.Info().QueueLen)
	})
}

func TestTimer_CopiesItsValueWhenItIsSet(t *testing.T) {
	inBubble(t, func(t *testing.T, rt *runtime.Runtime, ctx *runtime.Context) {
		v := []int{1}
		_, err := ctx.SendAfter(ctx.PID(), time.Hour, v)
		require.NoError(t, err)
		v[0] = 2
		got, err := runtime.Receive[[]int](ctx)
		require.NoError(t, err)
		require.Equal(t, []int{1}, got)
	})
}

func TestTimer_StopsWithTheRuntime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		_, err := rt.SendNamedAfter(pid.Name{Name: "nobody"}, time.Hour, 1)
		require.NoError(t, err)
		require.NoError(t, rt.Shutdown(context.Background()))
		require.Zero(t, rt.RunningTimers())
	})
}

// Firing, cancelling and the death of the target race; a timer that was cancelled
// never fires, and nothing is left.
func TestTimer_CancelFireAndDeathRaceConcurrentSafe(t *testing.T) {
	rt := start(t)
	repeat(t, rt, hundredThousand/2, func(ctx *runtime.Context) {
		target, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			ctx.StartTimer(time.Microsecond)
			ctx.StartTimer(time.Hour)
			_, err := ctx.RecvTimeout(time.Microsecond)
			if err == runtime.ErrTimeout {
				return nil
			}
			return err
		})
		must(t, err)
		doomed, err := ctx.SendAfter(target, time.Hour, 1)
		must(t, err)
		mine, err := ctx.SendAfter(ctx.PID(), time.Microsecond, 1)
		must(t, err)
		if _, cancelled := ctx.CancelTimer(mine); !cancelled {
			_, err := runtime.Receive[int](ctx)
			must(t, err)
		}
		down(t, ctx, ref)
		if _, running := ctx.ReadTimer(doomed); running {
			require.FailNow(t, "it did not die with its target")
		}
		mustBeEmpty(t, ctx)
	})
	require.Zero(t, rt.RunningTimers())
}
