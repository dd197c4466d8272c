package remote_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// Many send while the connection is ended and made again from both sides: each
// sender's messages arrive in order and once, as far as they arrive.
func TestSend_ConcurrentSafe(t *testing.T) {
	const senders, each = 8, 300
	a, b := pairOf(t, remote.Config{QueueBytes: 8 << 10, MinBackoff: time.Millisecond, MaxBackoff: 2 * time.Millisecond})
	last := map[pid.PID]int{}
	faults := 0
	receiver, err := b.Runtime().Spawn(func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			v, ok := m.Value().(numbered)
			if !ok {
				return nil
			}
			if v.Seq <= last[v.From] {
				faults++
			}
			last[v.From] = v.Seq
		}
	})
	require.NoError(t, err)
	handle, _ := b.Runtime().Process(receiver)

	done := make(chan error, senders)
	for range senders {
		_, err := a.Runtime().Spawn(func(ctx *runtime.Context) error {
			done <- persist(ctx, receiver, each)
			return nil
		})
		require.NoError(t, err)
	}
	for range senders {
		_, err := a.Disconnect(bounded(t), "b@test")
		require.NoError(t, err)
		_, err = b.Disconnect(bounded(t), "a@test")
		require.NoError(t, err)
		require.NoError(t, <-done)
	}
	require.Eventually(t, func() bool {
		_ = a.Runtime().Send(bounded(t), receiver, "done")
		return !handle.IsAlive()
	}, testTimeout, time.Millisecond)
	require.Zero(t, faults)
	require.Len(t, last, senders)
}

// persist sends numbers, each until it is accepted.
func persist(ctx *runtime.Context, to pid.PID, count int) error {
	for i := range count {
		for ctx.Send(to, numbered{From: ctx.PID(), Seq: i + 1}) != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			<-time.After(time.Millisecond)
		}
	}
	return nil
}
