package runtime_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestWaits_SaysWhoWaitsForWhom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		silent := spawnOpt(t, rt, runtime.SpawnOptions{Name: "silent"}, idle)
		caller := spawn(t, rt, func(ctx *runtime.Context) error {
			_, err := runtime.CallNamed[int](ctx, pid.Name{Name: "silent"}, 1)
			return err
		})
		go func() {
			_, err := runtime.Call[int](runtime.NewContext(t.Context(), rt), silent.PID(), 1)
			require.ErrorIs(t, err, signal.Killed)
		}()
		pass(time.Second)
		byCaller := map[pid.PID]runtime.Wait{}
		for w := range rt.Waits() {
			require.Equal(t, silent.PID(), w.Callee)
			require.InDelta(t, time.Second, w.Age, float64(runtime.DefaultCallTimeout/8))
			byCaller[w.Caller] = w
		}
		require.Len(t, byCaller, 2)
		require.Equal(t, "silent", byCaller[caller.PID()].To.Name.Name)
		require.Contains(t, byCaller, pid.PID{}, "the program")
		for range rt.Waits() {
			break
		}
		silent.Exit(signal.Kill)
		await(t, caller)
		synctest.Wait()
		for w := range rt.Waits() {
			require.Fail(t, "nobody waits any more", "%v", w)
		}
	})
}

func TestBrief_OfAllProcesses(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(runtime.Brief{}), uintptr(72))
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		within(t, rt, func(ctx *runtime.Context) error {
			child := spawnIn(t, ctx, func(ctx *runtime.Context) error {
				ctx.SetTrapExit(true)
				return ctx.Hibernate(idle)
			})
			must(t, ctx.Send(ctx.PID(), 1))
			must(t, ctx.Send(ctx.PID(), 2))
			_, err := ctx.Recv()
			must(t, err)
			pass(time.Second)
			all := map[pid.PID]runtime.Brief{}
			for b := range rt.Brief() {
				all[b.PID] = b
			}
			require.Equal(t, map[pid.PID]runtime.Brief{
				ctx.PID(): {PID: ctx.PID(), Received: 1, QueueLen: 1, Age: time.Second},
				child:     {PID: child, Parent: ctx.PID(), Age: time.Second, Hibernating: true, TrapExit: true},
			}, all)
			return nil
		})
	})
}

func TestStats_CountsEndsMessagesAndDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		for _, end := range []error{nil, signal.Shutdown, signal.Killed, context.Canceled} {
			await(t, spawn(t, rt, func(ctx *runtime.Context) error {
				must(t, ctx.Send(ctx.PID(), 1))
				_, err := ctx.Recv()
				must(t, err)
				return end
			}))
		}
		full := spawnOpt(t, rt, runtime.SpawnOptions{
			Name: "full", Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: 2}, // DropNewest
		}, func(ctx *runtime.Context) error { <-ctx.Done(); return nil })
		for range 3 {
			must(t, full.Send(t.Context(), 1))
		}
		_, err := rt.SendNamedAfter("nobody", time.Hour, 1)
		must(t, err)
		require.Equal(t, runtime.Stats{
			Spawned: 5, Normal: 1, ShutDown: 1, Killed: 1, Failed: 1, Crashed: 2, Received: 4, Dropped: 2,
			Processes: 1, Names: 1, Timers: 1,
		}, rt.Stats())
	})
}
