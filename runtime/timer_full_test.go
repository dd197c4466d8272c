package runtime_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
)

// fullOne starts a process with room for one message, which is taken, that receives all
// there is when the returned function is called.
func fullOne(t *testing.T, rt *runtime.Runtime, policy mailbox.Policy) (runtime.ProcessHandle, func() []any) {
	told, got := make(chan struct{}), make(chan []any)
	opts := runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: policy}}
	h := spawnOpt(t, rt, opts, func(ctx *runtime.Context) error {
		_, err := ctx.SendAfter(ctx.PID(), time.Second, "mine")
		require.NoError(t, err)
		for {
			select {
			case <-told:
				got <- drain(ctx)
			case <-ctx.Done():
				return nil
			}
		}
	})
	require.NoError(t, h.Send(t.Context(), "fills it"))
	return h, func() []any { told <- struct{}{}; return <-got }
}

func TestTimer_WhatAProcessSendsItselfFindsRoom(t *testing.T) {
	for _, policy := range []mailbox.Policy{mailbox.Block, mailbox.Reject, mailbox.DropNewest, mailbox.DropOldest} {
		synctest.Test(t, func(t *testing.T) {
			rt := startWith(t, runtime.Config{})
			_, tell := fullOne(t, rt, policy)
			pass(time.Minute)
			require.Equal(t, []any{"fills it", "mine"}, tell(), policy)
			require.Zero(t, rt.Stats().Dropped)
		})
	}
}

// Of a thousand timers one waits, and no goroutine for the others.
func TestTimer_OneMessageWaitsForRoomAndTheOthersAreToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		rt := startWith(t, runtime.Config{Logger: j.logger()})
		h, tell := fullOne(t, rt, mailbox.Block)
		for i := range 1000 {
			_, err := rt.SendAfter(h.PID(), time.Millisecond, i)
			require.NoError(t, err)
		}
		pass(time.Minute)
		synctest.Wait()
		require.EqualValues(t, 999, rt.Stats().Dropped)
		reports := j.reports(t)
		require.Len(t, reports, 11, "ten and a summary")
		require.Equal(t, "message is lost", reports[0]["msg"])
		require.Equal(t, "int", reports[0]["type"])
		require.Len(t, tell(), 3, "the timer that waits comes when there is room")

		_, err := rt.SendAfter(h.PID(), 0, "again")
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, []any{"again"}, tell())
	})
}

func TestTimer_ThatWaitsForRoomEndsWithItsTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h, _ := fullOne(t, rt, mailbox.Block)
		_, err := rt.SendAfter(h.PID(), 0, 1)
		require.NoError(t, err)
		synctest.Wait()
		h.Exit(signal.Kill)
		await(t, h)
		synctest.Wait() // the bubble ends only if nothing waits any more
		require.Zero(t, rt.Stats().Dropped)
	})
}

func TestSendEvery_GoesOnUntilItIsCancelledOrItsTargetEnds(t *testing.T) {
	inBubble(t, func(t *testing.T, rt *runtime.Runtime, ctx *runtime.Context) {
		must(t, ctx.Register("me"))
		for name, start := range map[string]func() (pid.Ref, error){
			"PID":            func() (pid.Ref, error) { return ctx.SendEvery(ctx.PID(), time.Second, []int{1}) },
			"name":           func() (pid.Ref, error) { return ctx.SendNamedEvery("me", time.Second, []int{1}) },
			"program":        func() (pid.Ref, error) { return rt.SendEvery(ctx.PID(), time.Second, []int{1}) },
			"program's name": func() (pid.Ref, error) { return rt.SendNamedEvery("me", time.Second, []int{1}) },
		} {
			begun := time.Now()
			ref, err := start()
			must(t, err)
			for i := range 5 {
				got, err := runtime.Receive[[]int](ctx)
				must(t, err)
				require.Equal(t, []int{1}, got, "%s: each has a copy of its own", name)
				got[0] = 2
				require.Equal(t, time.Duration(i+1)*time.Second, time.Since(begun), name)
			}
			left, running := ctx.ReadTimer(ref)
			require.True(t, running)
			require.Equal(t, time.Second, left)
			_, running = ctx.CancelTimer(ref)
			require.True(t, running)
			pass(time.Minute)
			mustBeEmpty(t, ctx)
			require.Zero(t, rt.RunningTimers())
		}
		h := spawn(t, rt, idle)
		_, err := ctx.SendEvery(h.PID(), time.Second, 1)
		must(t, err)
		pass(10 * time.Second)
		h.Exit(signal.Kill)
		await(t, h)
		require.Zero(t, rt.RunningTimers())
		for _, d := range []time.Duration{0, -1} {
			_, err = ctx.SendEvery(ctx.PID(), d, 1)
			require.ErrorContains(t, err, "must be positive")
			_, err = ctx.SendNamedEvery("me", d, 1)
			require.ErrorContains(t, err, "must be positive")
		}
	})
}

// A target that has no room gets one of the times that it has missed, not all of them.
func TestSendEvery_LeavesOutWhatFindsNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h, tell := fullOne(t, rt, mailbox.Block)
		_, err := rt.SendEvery(h.PID(), time.Second, "tick")
		require.NoError(t, err)
		pass(time.Minute + time.Millisecond)
		require.Equal(t, []any{"fills it", "mine", "tick"}, tell(), "the one that has waited")
		pass(time.Second)
		synctest.Wait()
		require.Equal(t, []any{"tick"}, tell())
	})
}

// busyHook is a connection that is full for so many messages: who may wait, waits.
type busyHook struct {
	full     atomic.Int32
	waited   atomic.Bool
	accepted atomic.Int32
}

func (h *busyHook) SendRemote(ctx context.Context, _ pid.Address, _ signal.Envelope) error {
	if h.full.Add(-1) >= 0 {
		if registry.MayWait(ctx) {
			h.waited.Store(true)
		}
		return runtime.ErrNoConnection
	}
	h.accepted.Add(1)
	return nil
}

// To another node an interval timer never waits, leaves out what cannot be sent, and goes on.
func TestSendEvery_ToAnotherNodeLeavesOutWhatCannotGo(t *testing.T) {
	there := runtime.MustNew(runtime.Config{Name: "b@there"})
	away := there.Node().NextPID()
	inBubble(t, func(t *testing.T, rt *runtime.Runtime, ctx *runtime.Context) {
		hook := new(busyHook)
		require.NoError(t, rt.SetRemoteSendHook(hook))
		for _, start := range []func() (pid.Ref, error){
			func() (pid.Ref, error) { return ctx.SendEvery(away, time.Second, 1) },
			func() (pid.Ref, error) {
				return ctx.SendNamedEvery(pid.Name{Name: "n", Node: "b@there"}, time.Second, 1)
			},
		} {
			hook.full.Store(3)
			hook.accepted.Store(0)
			before := rt.Stats().Dropped
			ref, err := start()
			must(t, err)
			pass(10*time.Second + time.Millisecond)
			require.False(t, hook.waited.Load())
			require.Equal(t, before+3, rt.Stats().Dropped)
			require.Equal(t, int32(7), hook.accepted.Load())
			_, running := ctx.CancelTimer(ref)
			require.True(t, running, "it goes on until it is cancelled")
			require.Zero(t, rt.RunningTimers())
		}
	})
	require.NoError(t, there.Shutdown(context.Background()))
}
