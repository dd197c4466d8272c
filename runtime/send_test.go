package runtime_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

func TestSend_ToWhoIsGoneIsNoProcAndNeverFatal(t *testing.T) {
	rt := start(t)
	gone := spawn(t, rt, func(*runtime.Context) error { return nil })
	await(t, gone)
	within(t, rt, func(ctx *runtime.Context) error {
		for _, to := range []pid.PID{gone.PID(), {}, pid.New(rt.Node().ID(), 1<<40)} {
			for _, err := range []error{ctx.Send(to, 1), ctx.SendRaw(to, []byte{1}), rt.Send(ctx, to, 1)} {
				var failed *runtime.SendError
				require.ErrorAs(t, err, &failed)
				require.Equal(t, pid.Address{PID: to}, failed.To)
				require.ErrorIs(t, err, runtime.ErrNoProc)
			}
		}
		require.ErrorIs(t, gone.Send(ctx, 1), runtime.ErrNoProc)
		require.ErrorIs(t, gone.SendRaw(ctx, []byte{1}), runtime.ErrNoProc)
		return nil
	})
}

func TestSend_FailsFromTheMomentTheReceiverIsNotAlive(t *testing.T) {
	rt := start(t)
	for range hundredThousand / 100 {
		h := spawn(t, rt, idle)
		go h.Exit(signal.Shutdown)
		for h.IsAlive() {
		}
		require.ErrorIs(t, h.Send(context.Background(), 1), runtime.ErrNoProc)
	}
}

// The receiver never shares memory with the sender, by whatever way it is sent.
func TestSend_CopiesWhatCouldBeShared(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Register("me"))
		self, _ := rt.Process(ctx.PID())
		me, myName := ctx.PID(), pid.Name{Name: "me"}
		for way, send := range map[string]func(any) error{
			"Send":            func(v any) error { return ctx.Send(me, v) },
			"SendNamed":       func(v any) error { return ctx.SendNamed("me", v) },
			"SendNamed, Name": func(v any) error { return ctx.SendNamed(myName, v) },
			"SendAfter":       func(v any) error { _, err := ctx.SendAfter(me, 0, v); return err },
			"SendNamedAfter":  func(v any) error { _, err := ctx.SendNamedAfter(myName, 0, v); return err },
			"Handle":          func(v any) error { return self.Send(ctx, v) },
			"Runtime":         func(v any) error { return rt.Send(ctx, me, v) },
			"Runtime, named":  func(v any) error { return rt.SendNamed(ctx, myName, v) },
			"Runtime, after":  func(v any) error { _, err := rt.SendAfter(me, 0, v); return err },
			"Runtime, after2": func(v any) error { _, err := rt.SendNamedAfter(myName, 0, v); return err },
			"package":         func(v any) error { return runtime.Send(ctx, me, v) },
		} {
			sent := []int{1, 2, 3}
			require.NoError(t, send(sent), way)
			sent[0] = 99
			got, err := runtime.Receive[[]int](ctx)
			require.NoError(t, err)
			require.Equal(t, []int{1, 2, 3}, got, way)
			require.ErrorIs(t, send(make(chan int)), term.ErrUnsendable, way)

			bytes := []byte{1, 2, 3}
			require.NoError(t, send(bytes), way)
			bytes[0] = 99
			copied, err := runtime.Receive[[]byte](ctx)
			require.NoError(t, err)
			require.Equal(t, []byte{1, 2, 3}, copied, "%s: only SendRaw hands bytes over", way)
		}
		mustBeEmpty(t, ctx)
		return nil
	})
}

func TestCall_CopiesRequestAndReply(t *testing.T) {
	t.Run("numbers", func(t *testing.T) { requireCallCopies(t, []int{1, 2, 3}, []int{1, 2, 3}) })
	t.Run("bytes", func(t *testing.T) { requireCallCopies(t, []byte{1, 2, 3}, []byte{1, 2, 3}) })
}

// requireCallCopies calls a server with sent, which it replies with, and changes both.
func requireCallCopies[T int | byte](t *testing.T, sent, want []T) {
	rt := start(t)
	keep := make(chan []T, 1)
	server := spawn(t, rt, func(ctx *runtime.Context) error {
		m, err := ctx.Recv()
		require.NoError(t, err)
		from, _ := m.From()
		reply := m.Value().([]T)
		require.ErrorIs(t, ctx.Reply(from, make(chan int)), term.ErrUnsendable)
		require.NoError(t, ctx.Reply(from, reply))
		keep <- reply
		return nil
	})
	within(t, rt, func(ctx *runtime.Context) error {
		_, err := runtime.Call[any](ctx, server.PID(), make(chan int))
		require.ErrorIs(t, err, term.ErrUnsendable)
		got, err := runtime.Call[[]T](ctx, server.PID(), sent)
		require.NoError(t, err)
		received := <-keep
		require.Equal(t, want, received)
		sent[0], received[1] = 99, 99
		require.Equal(t, want, got)
		require.Equal(t, want[0], received[0])
		return nil
	})
}

// Exit, link and monitor signals take effect while the receiver is busy, however
// much user mail is in front of it.
func TestFloodOfUserMail_ExitStillGetsThrough(t *testing.T) {
	rt := start(t)
	busy, free := make(chan struct{}), make(chan struct{})
	plain := spawn(t, rt, func(ctx *runtime.Context) error { <-ctx.Done(); return nil })
	trapping := spawnOpt(t, rt, runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error {
		close(busy)
		<-free
		exit, err := runtime.Receive[signal.Exit](ctx)
		if err != nil {
			return err
		}
		return exit.Reason
	})
	within(t, rt, func(ctx *runtime.Context) error {
		<-busy
		for i := range hundredThousand {
			must(t, ctx.Send(plain.PID(), i))
			must(t, ctx.Send(trapping.PID(), i))
		}
		_, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			for ctx.Send(trapping.PID(), 1) == nil {
			}
			return nil
		})
		require.NoError(t, err)
		require.NoError(t, ctx.Exit(plain.PID(), signal.Shutdown))
		require.Equal(t, signal.Shutdown, await(t, plain))
		require.NoError(t, ctx.Exit(trapping.PID(), signal.ShutdownReason("seen")))
		close(free)
		require.Equal(t, signal.ShutdownReason("seen"), await(t, trapping))
		require.Equal(t, signal.Normal, down(t, ctx, ref))
		return nil
	})
}

func TestFloodOfUserMail_IsGoneWithTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h := spawn(t, rt, func(ctx *runtime.Context) error { <-ctx.Done(); return nil })
		for i := range 1000 {
			must(t, h.Send(context.Background(), i))
		}
		require.Equal(t, 1000, h.Info().QueueLen)
		h.Exit(signal.Kill)
		require.Equal(t, signal.Killed, await(t, h))
	})
}
