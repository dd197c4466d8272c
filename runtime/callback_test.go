package runtime_test

import (
	"context"
	"log/slog"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// handler is a log handler whose Handle is a function of the test.
type handler struct {
	slog.Handler
	handle func()
}

func (h handler) Handle(context.Context, slog.Record) error {
	h.handle()
	return nil
}

func startLogging(t *testing.T, handle func()) *runtime.Runtime {
	t.Helper()
	return startWith(t, runtime.Config{Logger: slog.New(handler{slog.Default().Handler(), handle})})
}

func failing(*runtime.Context) error { return signal.Error("boom") }

func TestCrashReport_PanicOfTheLogHandlerHarmsNobody(t *testing.T) {
	rt := startLogging(t, func() { panic("handler") })
	require.Equal(t, signal.Error("boom"), await(t, spawn(t, rt, failing)))
}

func TestCrashReport_LogHandlerThatHangsDelaysADeathByTheExitGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leave := make(chan struct{})
		rt := startLogging(t, func() { <-leave })
		begun := time.Now()
		require.Equal(t, signal.Error("boom"), await(t, spawn(t, rt, failing)))
		require.Equal(t, runtime.DefaultExitGrace, time.Since(begun))
		close(leave)
	})
}

func TestOnDrop_PanicHarmsNobody(t *testing.T) {
	rt := startLogging(t, func() {})
	opts := runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{
		Capacity: 1, Policy: mailbox.DropNewest, OnDrop: func(runtime.Message) { panic("callback") },
	}}
	h := spawnOpt(t, rt, opts, func(ctx *runtime.Context) error {
		<-ctx.Done()
		return nil
	})
	for range 3 {
		require.NoError(t, h.Send(t.Context(), 1))
	}
}

func TestOnDrop_GoexitHarmsNoSender(t *testing.T) {
	rt := start(t)
	for _, policy := range []mailbox.Policy{mailbox.DropNewest, mailbox.DropOldest} {
		full := spawnOpt(t, rt, runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{
			Capacity: 1, Policy: policy, OnDrop: func(runtime.Message) { goruntime.Goexit() },
		}}, func(ctx *runtime.Context) error {
			<-ctx.Done()
			return nil
		})
		sender := spawn(t, rt, func(ctx *runtime.Context) error {
			for range 3 {
				if err := ctx.Send(full.PID(), 1); err != nil {
					return err
				}
			}
			return nil
		})
		require.Equal(t, signal.Normal, await(t, sender))
	}
}

// exiting is an error whose text ends the goroutine that asks for it.
type exiting struct{}

func (exiting) Error() string {
	goruntime.Goexit()
	return ""
}

func TestBody_ErrorWhoseTextCallsGoexitStillEndsTheProcess(t *testing.T) {
	rt := start(t)
	reason := await(t, spawn(t, rt, func(*runtime.Context) error { return exiting{} }))
	require.True(t, reason.IsFailure())
	require.Zero(t, rt.ZombieCount())
}

func TestReceive_NilIsAnyInterface(t *testing.T) {
	within(t, start(t), func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Send(ctx.PID(), nil))
		v, err := runtime.Receive[any](ctx)
		require.NoError(t, err)
		require.Nil(t, v)
		return nil
	})
}

func TestCall_WithAnEndedContextSendsNothing(t *testing.T) {
	within(t, start(t), func(ctx *runtime.Context) error {
		callee, err := ctx.Spawn(idle)
		require.NoError(t, err)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		_, err = runtime.Call[int](ended, callee, 1)
		require.ErrorIs(t, err, context.Canceled)
		info, ok := ctx.Runtime().Info(callee)
		require.True(t, ok)
		require.Zero(t, info.QueueLen)
		require.Zero(t, info.Received)
		return ctx.Exit(callee, signal.Kill)
	})
}

func TestTimers_CannotBeStartedAfterShutdown(t *testing.T) {
	rt := start(t)
	h := spawn(t, rt, idle)
	require.NoError(t, rt.Shutdown(context.Background()))
	_, err := rt.SendAfter(h.PID(), time.Hour, 1)
	require.ErrorIs(t, err, runtime.ErrStopped)
}
