package runtime_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestAlarm_WakesTheLoopAndIsNoMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, startWith(t, runtime.Config{}), func(ctx *runtime.Context) error {
			var rung atomic.Int32
			ring := func(uint64) { rung.Add(1) }
			ctx.StartAlarm(time.Second, ring)
			began := time.Now()
			_, err := ctx.RecvOrAlarm()
			require.ErrorIs(t, err, runtime.ErrAlarm)
			require.Equal(t, time.Second, time.Since(began))
			require.EqualValues(t, 1, rung.Load())

			ctx.StartAlarm(time.Second, ring)
			_, err = ctx.RecvTimeout(time.Minute)
			require.ErrorIs(t, err, runtime.ErrTimeout, "all other receives go on waiting")
			require.EqualValues(t, 2, rung.Load())

			ref := ctx.StartAlarm(time.Second, ring)
			left, running := ctx.CancelTimer(ref)
			require.True(t, running)
			require.Equal(t, time.Second, left)
			return nil
		})
	})
}

func TestAlarm_EndsASleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		began := time.Now()
		h := spawn(t, rt, func(ctx *runtime.Context) error {
			ctx.StartAlarm(time.Minute, func(uint64) {})
			return ctx.Hibernate(func(ctx *runtime.Context) error { return signal.ShutdownReason("woken") })
		})
		require.Equal(t, signal.ShutdownReason("woken"), await(t, h))
		require.Equal(t, time.Minute, time.Since(began))
	})
}

func TestAlarm_DiesWithTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h := spawn(t, rt, func(ctx *runtime.Context) error {
			ctx.StartAlarm(time.Second, func(uint64) { panic("of a process that is gone") })
			return nil
		})
		await(t, h)
		<-time.After(time.Minute)
	})
}

func TestAlarm_ThatPanicsStillRings(t *testing.T) {
	rt := startLogging(t, func() {})
	h := spawn(t, rt, func(ctx *runtime.Context) error {
		ctx.StartAlarm(time.Millisecond, func(uint64) { panic("rang") })
		_, err := ctx.RecvOrAlarm()
		require.ErrorIs(t, err, runtime.ErrAlarm)
		return nil
	})
	require.Equal(t, signal.Normal, await(t, h))
}
