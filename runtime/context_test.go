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

// everyMethod calls the methods of a Context that act, and returns what they say.
func everyMethod(ctx *runtime.Context, other pid.PID) map[string]error {
	all := func(runtime.Message) bool { return true }
	say := func(err error, _ ...any) error { return err }
	_, recv := ctx.Recv()
	_, tryRecv := ctx.TryRecv()
	_, recvTimeout := ctx.RecvTimeout(time.Hour)
	_, recvMatch := ctx.RecvMatch(all)
	_, tryRecvMatch := ctx.TryRecvMatch(all)
	_, recvMatchTimeout := ctx.RecvMatchTimeout(all, time.Hour)
	_, receive := runtime.Receive[any](ctx)
	_, call := runtime.Call[any](ctx, other, 1)
	_, callName := runtime.CallNamed[any](ctx, pid.Name{Name: "other"}, 1)
	_, callTimeout := runtime.CallTimeout[any](ctx, other, 1, time.Hour)
	_, spawn := ctx.Spawn(idle)
	_, spawnLink := ctx.SpawnLink(idle)
	_, _, spawnMonitor := ctx.SpawnMonitor(idle)
	_, _, spawnAck := ctx.SpawnAck(ctx, runtime.SpawnOptions{}, func(ctx *runtime.Context, _ runtime.From) error { return idle(ctx) })
	_, sendAfter := ctx.SendAfter(other, 0, 1)
	_, sendNamedAfter := ctx.SendNamedAfter(pid.Name{Name: "other"}, 0, 1)
	return map[string]error{
		"Recv": recv, "TryRecv": tryRecv, "RecvTimeout": recvTimeout, "RecvMatch": recvMatch,
		"TryRecvMatch": tryRecvMatch, "RecvMatchTimeout": recvMatchTimeout, "Receive": receive,
		"Send": ctx.Send(other, 1), "SendRaw": ctx.SendRaw(other, []byte{1}),
		"SendNamed": ctx.SendNamed("other", 1), "SendNamed of a Name": ctx.SendNamed(pid.Name{Name: "other"}, 1),
		"Call": call, "CallNamed": callName, "CallTimeout": callTimeout,
		"Reply": say(ctx.Reply(runtime.From{PID: other}, 1)),
		"Link":  ctx.Link(other), "Unlink": ctx.Unlink(other), "Exit": ctx.Exit(other, signal.Kill),
		"Register": ctx.Register("mine"), "Unregister": ctx.Unregister("mine"),
		"Spawn": spawn, "SpawnLink": spawnLink, "SpawnMonitor": spawnMonitor, "SpawnAck": spawnAck,
		"SendAfter": sendAfter, "SendNamedAfter": sendNamedAfter,
	}
}

// requireOver checks that ctx is of no use any more, and that other, who has the
// name "other", has noticed nothing of the attempt.
func requireOver(t *testing.T, ctx *runtime.Context, reason signal.ExitReason, other runtime.ProcessHandle) {
	t.Helper()
	for method, err := range everyMethod(ctx, other.PID()) {
		switch {
		case err == nil:
			require.Fail(t, "it did not fail", method)
		default:
			require.Contains(t, []error{reason, runtime.ErrTerminated}, rootOf(err), method)
		}
	}
	require.Zero(t, ctx.Monitor(other.PID()))
	require.Zero(t, ctx.MonitorNamed(pid.Name{Name: "other"}))
	require.False(t, ctx.Demonitor(pid.Ref{}))
	require.False(t, ctx.DemonitorFlush(pid.Ref{}))
	_, running := ctx.ReadTimer(ctx.StartTimer(time.Hour))
	require.False(t, running)
	was := ctx.SetTrapExit(true)
	require.Equal(t, was, ctx.IsTrappingExits())

	require.ErrorIs(t, ctx.Err(), context.Canceled)
	require.Equal(t, reason, context.Cause(ctx))
	select {
	case <-ctx.Done():
	default:
		require.Fail(t, "Done is not closed")
	}
	require.True(t, other.IsAlive())
	require.Zero(t, other.Holdings())
	require.Zero(t, other.Info().QueueLen+int(other.Info().Received))
}

// rootOf returns the innermost error.
func rootOf(err error) error {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		err = inner.Unwrap()
	}
}

func TestContext_AfterTheEndEverythingFails(t *testing.T) {
	for _, row := range []struct {
		name   string
		end    func(runtime.ProcessHandle)
		reason signal.ExitReason
	}{
		{"body returned", func(h runtime.ProcessHandle) { _ = h.Send(context.Background(), "end") }, signal.Normal},
		{"exit signal", func(h runtime.ProcessHandle) { h.Exit(signal.Error("boom")) }, signal.Error("boom")},
		{"kill", func(h runtime.ProcessHandle) { h.Exit(signal.Kill) }, signal.Killed},
	} {
		t.Run(row.name, func(t *testing.T) {
			rt := start(t)
			other := spawnOpt(t, rt, runtime.SpawnOptions{Name: "other"}, idle)
			var kept *runtime.Context
			begun := make(chan struct{})
			h := spawn(t, rt, func(ctx *runtime.Context) error {
				kept = ctx
				close(begun)
				_, err := ctx.Recv()
				return err
			})
			<-begun
			row.end(h)
			require.Equal(t, row.reason, await(t, h))
			requireOver(t, kept, row.reason, other)
		})
	}
}

func TestContext_InExitingDeferredFunctionsRunAndSendsGoNowhere(t *testing.T) {
	rt := start(t)
	other := spawnOpt(t, rt, runtime.SpawnOptions{Name: "other"}, idle)
	ran := false
	h := spawn(t, rt, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Register("mine"))
		defer func() {
			requireOver(t, ctx, signal.Error("boom"), other)
			p, held := ctx.Whereis("mine")
			require.True(t, held, "names are still held")
			require.Equal(t, ctx.PID(), p)
			require.False(t, ctx.IsAlive(ctx.PID()))
			require.True(t, ctx.IsAlive(other.PID()))
			ran = true
		}()
		return idle(ctx)
	})
	for _, held := rt.Whereis("mine"); !held; _, held = rt.Whereis("mine") {
	}
	h.Exit(signal.Error("boom"))
	require.Equal(t, signal.Error("boom"), await(t, h))
	require.True(t, ran)
}

func TestContext_IsAContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		type key struct{}
		woken := make(chan error, 3)
		h := spawn(t, rt, func(ctx *runtime.Context) error {
			_, hasDeadline := ctx.Deadline()
			require.False(t, hasDeadline)
			require.NoError(t, ctx.Err())
			require.NoError(t, context.Cause(ctx))
			require.Nil(t, ctx.Value(key{}))

			derived, cancel := context.WithTimeout(context.WithValue(ctx, key{}, 1), time.Hour)
			defer cancel()
			require.Equal(t, 1, derived.Value(key{}))
			found, ok := runtime.FromContext(derived)
			require.True(t, ok)
			require.Same(t, ctx, found)
			context.AfterFunc(derived, func() { woken <- context.Cause(derived) })
			go func() {
				<-ctx.Done()
				woken <- ctx.Err()
			}()
			<-derived.Done()
			woken <- context.Cause(derived)
			return nil
		})
		synctest.Wait()
		require.Empty(t, woken)
		h.Exit(signal.Error("boom"))
		synctest.Wait()
		require.ElementsMatch(t, []error{signal.Error("boom"), signal.Error("boom"), context.Canceled},
			[]error{<-woken, <-woken, <-woken})
	})
}

func TestContext_DerivedOnesEndWithTheBody(t *testing.T) {
	rt := start(t)
	var derived context.Context
	var cancel context.CancelFunc
	var kept *runtime.Context
	h := spawn(t, rt, func(ctx *runtime.Context) error {
		kept = ctx
		derived, cancel = context.WithCancel(ctx)
		return signal.Shutdown
	})
	await(t, h)
	defer cancel()
	require.Equal(t, signal.Shutdown, context.Cause(derived))
	late, cancel := context.WithCancel(kept)
	defer cancel()
	require.Equal(t, signal.Shutdown, context.Cause(late))
}

// Err, Done and Cause change together for whoever looks at them.
func TestContext_ErrAgreesWithDoneConcurrentSafe(t *testing.T) {
	rt := start(t)
	for range hundredThousand / 20 {
		h := spawn(t, rt, func(ctx *runtime.Context) error {
			for ctx.Err() == nil {
			}
			select {
			case <-ctx.Done():
				if context.Cause(ctx) != signal.Shutdown {
					return signal.Error("the cause is not there yet")
				}
			default:
				return signal.Error("it is not done yet")
			}
			return nil
		})
		h.Exit(signal.Shutdown)
		require.Equal(t, signal.Shutdown, await(t, h))
	}
}

func TestContext_HelpersSendWhileTheProcessReceivesConcurrentSafe(t *testing.T) {
	const helpers, each = 8, 1000
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		sink, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			next := make([]int, helpers)
			for range helpers * each {
				v, err := runtime.Receive[[2]int](ctx)
				require.NoError(t, err)
				require.Equal(t, next[v[0]], v[1], "out of order")
				next[v[0]]++
			}
			return nil
		})
		require.NoError(t, err)
		for helper := range helpers {
			go func() {
				for i := range each {
					must(t, ctx.Send(sink, [2]int{helper, i}))
					must(t, ctx.Send(ctx.PID(), i))
				}
			}()
		}
		for range helpers * each {
			_, err := runtime.Receive[int](ctx)
			must(t, err)
		}
		require.Equal(t, signal.Normal, down(t, ctx, ref))
		return nil
	})
}

func TestContext_TwoReceiversAtOnceAreReported(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		// The first one waits in the middle of a receive, in its match function.
		require.NoError(t, ctx.Send(ctx.PID(), 1))
		inside, leave, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			_, err := ctx.RecvMatch(func(runtime.Message) bool {
				close(inside)
				<-leave
				return true
			})
			must(t, err)
		}()
		<-inside
		_, err := ctx.Recv()
		require.ErrorIs(t, err, runtime.ErrConcurrentReceive)
		_, err = ctx.RecvTimeout(time.Hour)
		require.ErrorIs(t, err, runtime.ErrConcurrentReceive)
		close(leave)
		<-done
		return nil
	})
}

// The state says a moment before the context that the process is not Running. Whoever
// has learnt of it from the state can rely on the context.
func TestContext_HasEndedOnceTheProcessIsNotAliveConcurrentSafe(t *testing.T) {
	rt := start(t)
	for range 2000 {
		ready, seen := make(chan struct{}), make(chan error, 1)
		p, err := rt.Spawn(func(ctx *runtime.Context) error {
			done := ctx.Done()
			close(ready)
			for ctx.IsAlive(ctx.PID()) {
				goruntime.Gosched()
			}
			seen <- ctx.Err()
			<-done
			return nil
		})
		require.NoError(t, err)
		<-ready
		require.NoError(t, rt.Exit(p, signal.Shutdown))
		require.Equal(t, context.Canceled, <-seen)
	}
}
