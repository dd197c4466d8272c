package runtime_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestCancelTimer_LeavesNothingInItsTarget(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		h, _ := rt.Process(ctx.PID())
		for range 100 {
			_, running := ctx.CancelTimer(ctx.StartTimer(time.Hour))
			require.True(t, running)
		}
		require.Zero(t, h.Holdings().Timers)
		return nil
	})
}

func TestMonitorByName_NoProcMeansThatTheNameIsFree(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		for range hundredThousand {
			_, err := ctx.Spawn(func(ctx *runtime.Context) error { return ctx.Register("name") })
			require.NoError(t, err)
			for {
				p, _ := ctx.Whereis("name")
				if down(t, ctx, ctx.Monitor(p)) != signal.NoProc {
					continue
				}
				if q, taken := ctx.Whereis("name"); !taken {
					break
				} else {
					require.NotEqual(t, p, q)
				}
			}
		}
		return nil
	})
}

func TestCallTimeout_EndsAWaitForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		opts := runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: mailbox.Block}}
		full := spawnOpt(t, rt, opts, func(ctx *runtime.Context) error { <-ctx.Done(); return nil })
		require.NoError(t, full.Send(context.Background(), 1))
		within(t, rt, func(ctx *runtime.Context) error {
			_, err := runtime.CallTimeout[int](ctx, full.PID(), 2, time.Second)
			require.ErrorIs(t, err, runtime.ErrTimeout)
			bound, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_, err = runtime.Call[int](bound, full.PID(), 2)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			return nil
		})
		require.Equal(t, 1, full.Info().QueueLen)
	})
}

func TestExit_SendsFailFromTheMomentItIsNotAlive(t *testing.T) {
	rt := start(t)
	for range hundredThousand / 10 {
		h := spawn(t, rt, idle)
		go h.Exit(signal.Shutdown)
		for h.IsAlive() {
		}
		require.ErrorIs(t, h.Send(context.Background(), 1), runtime.ErrNoProc)
	}
}

// The spawn fails since its name is taken. Whoever has found the new process in
// the table meanwhile and monitors it must not be left without a Down.
func TestSpawn_FailedHalfWayTellsThirdParties(t *testing.T) {
	rt := start(t)
	holder := spawn(t, rt, idle)
	require.NoError(t, rt.Register("taken", holder.PID()))
	var found, told int
	observer := spawn(t, rt, func(ctx *runtime.Context) error {
		for {
			for p := range rt.PIDs() {
				if p == holder.PID() || p == ctx.PID() {
					continue
				}
				ctx.Monitor(p)
				found++
			}
			for enough := false; found > told || enough; {
				if enough && found == told {
					return nil
				}
				m, err := ctx.RecvTimeout(10 * time.Second)
				require.NoError(t, err, "a Down is lost")
				if m.Value() == "enough" {
					enough = true
				} else {
					told++
				}
			}
			if m, err := ctx.TryRecv(); err == nil {
				require.Equal(t, "enough", m.Value())
				return nil
			}
		}
	})
	for range hundredThousand {
		_, err := rt.SpawnOpt(runtime.SpawnOptions{Name: "taken"}, idle)
		require.ErrorIs(t, err, runtime.ErrNameTaken)
	}
	require.NoError(t, observer.Send(context.Background(), "enough"))
	require.Equal(t, signal.Normal, await(t, observer))
}

func TestCall_WaitingForRoomLearnsWhyTheCalleeDied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		opts := runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: mailbox.Block}}
		full := spawnOpt(t, rt, opts, func(ctx *runtime.Context) error { <-ctx.Done(); return nil })
		require.NoError(t, full.Send(context.Background(), 1))
		caller := spawn(t, rt, func(ctx *runtime.Context) error {
			_, err := runtime.CallTimeout[int](ctx, full.PID(), 2, time.Second)
			require.ErrorIs(t, err, signal.Killed)
			return nil
		})
		synctest.Wait()
		full.Exit(signal.Kill)
		require.Equal(t, signal.Normal, await(t, caller))
	})
}

func TestCallContext_OfACallThatIsOver(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		require.ErrorIs(t, context.Cause(ctx.CallContext(runtime.From{})), runtime.ErrCallOver)
		return nil
	})
}
