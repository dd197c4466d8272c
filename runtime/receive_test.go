package runtime_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestReceive_TakesTheFirstMatchAndLeavesTheRestInOrder(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		for _, v := range []any{1, "a", 2.5, 2, "b", 3} {
			require.NoError(t, ctx.Send(ctx.PID(), v))
		}
		s, err := runtime.Receive[string](ctx)
		require.NoError(t, err)
		require.Equal(t, "a", s)
		n, err := runtime.ReceiveMatch(ctx, func(n int) bool { return n > 1 })
		require.NoError(t, err)
		require.Equal(t, 2, n)
		m, err := ctx.RecvMatch(func(m runtime.Message) bool { return m.Value() == 3 })
		require.NoError(t, err)
		require.Equal(t, 3, m.Value())
		for _, want := range []any{1, 2.5, "b"} {
			m, err := ctx.TryRecv()
			require.NoError(t, err)
			require.Equal(t, want, m.Value())
		}
		_, err = ctx.TryRecv()
		require.ErrorIs(t, err, runtime.ErrEmpty)
		_, err = ctx.TryRecvMatch(func(runtime.Message) bool { return true })
		require.ErrorIs(t, err, runtime.ErrEmpty)
		return nil
	})
}

func TestReceive_NilMatchPanicsAtOnce(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		for want, receive := range map[string][]func(){
			"runtime: match is nil": {
				func() { _, _ = runtime.ReceiveMatch[int](ctx, nil) },
			},
			"mailbox: match is nil": {
				func() { _, _ = ctx.RecvMatch(nil) },
				func() { _, _ = ctx.TryRecvMatch(nil) },
				func() { _, _ = ctx.RecvMatchTimeout(nil, time.Hour) },
			},
		} {
			for _, f := range receive {
				require.PanicsWithValue(t, want, f, "nothing is there to be matched")
			}
		}
		return nil
	})
}

func TestReceive_LooksAtEachMessageOnce(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		me := ctx.PID()
		for i := range 1000 {
			require.NoError(t, ctx.Send(me, i))
		}
		_, err := ctx.Spawn(func(ctx *runtime.Context) error {
			for i := range 1000 {
				must(t, ctx.Send(me, i))
			}
			return ctx.Send(me, "end")
		})
		require.NoError(t, err)
		asked := 0
		_, err = ctx.RecvMatch(func(m runtime.Message) bool {
			asked++
			return m.Value() == "end"
		})
		require.NoError(t, err)
		require.Equal(t, 2001, asked)
		return nil
	})
}

func TestReceive_OfAnInterfaceTakesWhateverHasIt(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Send(ctx.PID(), 1))
		gone, ref, err := ctx.SpawnMonitor(func(*runtime.Context) error { return nil })
		require.NoError(t, err)
		s, err := runtime.Receive[signal.System](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Down{Ref: ref, PID: gone, Reason: signal.Normal}, s)
		v, err := runtime.Receive[any](ctx)
		require.NoError(t, err)
		require.Equal(t, 1, v)
		return nil
	})
}

func TestReceive_LeavesCallsAlone(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		me := ctx.PID()
		_, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			if _, err := runtime.Call[any](ctx, me, "request"); err != nil {
				return err
			}
			return ctx.Send(me, "message")
		})
		require.NoError(t, err)
		m, err := ctx.RecvMatch(func(m runtime.Message) bool { return m.Kind() == runtime.KindCall })
		require.NoError(t, err)
		from, ok := m.From()
		require.True(t, ok)
		require.NoError(t, ctx.Reply(from, nil))
		s, err := runtime.Receive[string](ctx)
		require.NoError(t, err)
		require.Equal(t, "message", s)
		require.Equal(t, signal.Normal, down(t, ctx, ref))
		return nil
	})
}

func TestReceive_EndsWithADerivedContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		within(t, rt, func(ctx *runtime.Context) error {
			enough := errors.New("enough")
			bound, cancel := context.WithTimeoutCause(ctx, time.Second, enough)
			defer cancel()
			require.NoError(t, ctx.Send(ctx.PID(), 1))
			_, err := runtime.Receive[string](bound)
			require.ErrorIs(t, err, enough)
			_, err = runtime.Recv(bound)
			require.NoError(t, err, "what is there is received all the same")
			_, err = runtime.Recv(bound)
			require.ErrorIs(t, err, enough)
			return nil
		})
	})
}

func TestRecvTimeout_WaitsThatLongAndNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h := spawn(t, rt, func(ctx *runtime.Context) error {
			none := func(runtime.Message) bool { return false }
			for _, receive := range []func(time.Duration) (runtime.Message, error){
				ctx.RecvTimeout,
				func(d time.Duration) (runtime.Message, error) { return ctx.RecvMatchTimeout(none, d) },
				func(d time.Duration) (runtime.Message, error) { return runtime.RecvTimeout(ctx, d) },
			} {
				for _, d := range []time.Duration{time.Hour, 1, 0, -time.Hour} {
					begin := time.Now()
					_, err := receive(d)
					require.ErrorIs(t, err, runtime.ErrTimeout)
					require.Equal(t, max(d, 0), time.Since(begin))
				}
			}
			m, err := ctx.RecvTimeout(time.Hour)
			require.NoError(t, err)
			require.Equal(t, "in time", m.Value())
			return nil
		})
		synctest.Wait()
		pass(3*(time.Hour+1) + 59*time.Minute)
		require.NoError(t, h.Send(context.Background(), "in time"))
		require.Equal(t, signal.Normal, await(t, h))
	})
}

func TestRecv_ReturnsTheExitReason(t *testing.T) {
	rt := start(t)
	all := func(runtime.Message) bool { return true }
	for name, receive := range map[string]func(*runtime.Context) error{
		"Recv":             func(ctx *runtime.Context) error { _, err := ctx.Recv(); return err },
		"RecvTimeout":      func(ctx *runtime.Context) error { _, err := ctx.RecvTimeout(time.Hour); return err },
		"RecvMatch":        func(ctx *runtime.Context) error { _, err := ctx.RecvMatch(all); return err },
		"RecvMatchTimeout": func(ctx *runtime.Context) error { _, err := ctx.RecvMatchTimeout(all, time.Hour); return err },
		"Receive":          func(ctx *runtime.Context) error { _, err := runtime.Receive[any](ctx); return err },
		"derived": func(ctx *runtime.Context) error {
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			_, err := runtime.Recv(derived)
			return err
		},
		"helper": func(ctx *runtime.Context) error {
			failed := make(chan error, 1)
			go func() { _, err := ctx.Recv(); failed <- err }()
			return <-failed
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan error, 1)
			h := spawn(t, rt, func(ctx *runtime.Context) error {
				err := receive(ctx)
				got <- err
				return err
			})
			h.Exit(signal.Error("boom"))
			require.Equal(t, error(signal.Error("boom")), <-got)
			require.Equal(t, signal.Error("boom"), await(t, h))
		})
	}
}

func TestMessage_KindsAreToldApart(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Send(ctx.PID(), "text"))
		m, err := ctx.Recv()
		require.NoError(t, err)
		require.Equal(t, runtime.KindUser, m.Kind())
		_, isRaw := m.Bytes()
		require.False(t, isRaw)
		_, isCall := m.From()
		require.False(t, isCall)

		for _, b := range [][]byte{nil, {}, {1}, make([]byte, 1<<16)} {
			require.NoError(t, ctx.SendRaw(ctx.PID(), b))
			m, err = ctx.Recv()
			require.NoError(t, err)
			require.Equal(t, runtime.KindRaw, m.Kind())
			got, isRaw := m.Bytes()
			require.True(t, isRaw)
			require.Equal(t, b, got)
			require.Equal(t, b, m.Value())
		}
		require.Zero(t, runtime.Message{}.Kind())
		require.Nil(t, runtime.Message{}.Value())
		return nil
	})
}

// Only the runtime makes system messages: nobody can feign one.
func TestSend_RefusesSystemMessages(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		for _, forged := range []any{signal.Exit{}, signal.Down{}, signal.Timeout{}, &signal.Exit{}} {
			var failed *runtime.SendError
			require.ErrorAs(t, ctx.Send(ctx.PID(), forged), &failed, "%T", forged)
			_, err := ctx.SendAfter(ctx.PID(), 0, forged)
			require.ErrorAs(t, err, &failed)
		}
		mustBeEmpty(t, ctx)
		return nil
	})
}
