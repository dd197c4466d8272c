package runtime_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// callsOften makes calls that are answered at once, one each millisecond.
func callsOften(t *testing.T, ctx *runtime.Context, to pid.PID, d time.Duration) {
	for begun := time.Now(); time.Since(begun) < d; pass(time.Millisecond) {
		_, err := runtime.Call[int](ctx, to, 1)
		require.NoError(t, err)
	}
}

func TestCallTimeout_IsNeverEarlyAndAnEighthLateAtTheMost(t *testing.T) {
	for _, limit := range []time.Duration{time.Second, 5 * time.Second, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			rt := startWith(t, runtime.Config{CallTimeout: limit})
			silent, answering := spawn(t, rt, idle), spawn(t, rt, echo)
			within(t, rt, func(ctx *runtime.Context) error {
				for _, before := range []time.Duration{0, time.Millisecond, 333 * time.Millisecond, time.Second} {
					callsOften(t, ctx, answering.PID(), before)
					begun := time.Now()
					_, err := runtime.Call[int](ctx, silent.PID(), 1)
					require.ErrorIs(t, err, runtime.ErrTimeout)
					require.GreaterOrEqual(t, time.Since(begun), limit)
					require.LessOrEqual(t, time.Since(begun), limit+limit/8)
				}
				return nil
			})
		})
	}
}

func TestCallClock_StopsWhenNobodyCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		answering, silent := spawn(t, rt, echo), spawn(t, rt, idle)
		require.False(t, rt.CallClockRuns())
		within(t, rt, func(ctx *runtime.Context) error {
			callsOften(t, ctx, answering.PID(), time.Second)
			require.True(t, rt.CallClockRuns())
			go func() {
				_, _ = runtime.Call[int](runtime.WithCallTimeout(ctx, runtime.NoTimeout), silent.PID(), 1)
			}()
			pass(2 * runtime.DefaultCallTimeout)
			require.False(t, rt.CallClockRuns(), "a call that waits needs no clock")
			callsOften(t, ctx, answering.PID(), time.Second)
			require.True(t, rt.CallClockRuns())
			return nil
		})
	})
}

// The program was stopped for an hour. A call that begins before the clock has gone on
// has all of its time.
func TestCallClock_CallsAfterAStandstillAreNotEndedEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		answering := spawn(t, rt, echo)
		slow := spawn(t, rt, func(ctx *runtime.Context) error {
			for {
				m, err := ctx.Recv()
				if err != nil {
					return err
				}
				pass(runtime.DefaultCallTimeout - time.Millisecond)
				from, _ := m.From()
				must(t, ctx.Reply(from, m.Value()))
			}
		})
		within(t, rt, func(ctx *runtime.Context) error {
			for _, stood := range []time.Duration{time.Second, time.Minute, time.Hour} {
				callsOften(t, ctx, answering.PID(), time.Second)
				rt.HoldCallClock(stood)
				_, err := runtime.Call[int](ctx, slow.PID(), 1)
				require.NoError(t, err)
			}
			return nil
		})
	})
}

// A context that bounds calls does so for the process that Run makes of it.
func TestRun_ItsContextBoundsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		silent := spawn(t, rt, idle)
		err := rt.Run(runtime.WithCallTimeout(t.Context(), time.Second), func(ctx *runtime.Context) error {
			begun := time.Now()
			_, err := runtime.Call[int](ctx, silent.PID(), 1)
			require.ErrorIs(t, err, runtime.ErrTimeout)
			require.Equal(t, time.Second, time.Since(begun))
			return nil
		})
		require.NoError(t, err)
		bounded, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_ = rt.Run(bounded, func(ctx *runtime.Context) error {
			begun := time.Now()
			_, err := runtime.Call[int](ctx, silent.PID(), 1)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, time.Minute, time.Since(begun))
			return nil
		})
	})
}
