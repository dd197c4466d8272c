package runtime_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestSmoke(t *testing.T) {
	rt := runtime.MustNew(runtime.Config{})
	err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		child, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			_, err := ctx.Recv()
			require.NoError(t, err)
			return errors.New("boom")
		})
		require.NoError(t, err)
		require.NoError(t, ctx.Link(child))
		require.NoError(t, ctx.Send(child, "x"))
		d, err := runtime.Receive[signal.Down](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Down{Ref: ref, PID: child, Reason: signal.Error("boom")}, d)
		e, err := runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Exit{From: child, Reason: signal.Error("boom")}, e)
		require.ErrorIs(t, ctx.Link(child), runtime.ErrNoProc)

		server, err := ctx.SpawnLink(func(ctx *runtime.Context) error {
			for {
				m, err := ctx.Recv()
				if err != nil {
					return err
				}
				from, ok := m.From()
				require.True(t, ok)
				require.NoError(t, ctx.Reply(from, m.Value().(int)*2))
			}
		})
		require.NoError(t, err)
		v, err := runtime.Call[int](ctx, server, 21)
		require.NoError(t, err)
		require.Equal(t, 42, v)
		v, err = runtime.CallTimeout[int](ctx, server, 4, time.Second)
		require.NoError(t, err)
		require.Equal(t, 8, v)
		require.NoError(t, ctx.Exit(server, signal.Kill))
		e, err = runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Killed, e.Reason)

		var sleeper func(ctx *runtime.Context) error
		sleeper = func(ctx *runtime.Context) error {
			m, err := ctx.TryRecv()
			if errors.Is(err, runtime.ErrEmpty) {
				return ctx.Hibernate(sleeper)
			}
			require.NoError(t, err)
			return ctx.Send(m.Value().(pid.PID), "woke")
		}
		s, err := ctx.SpawnLink(sleeper)
		require.NoError(t, err)
		require.NoError(t, ctx.Send(s, ctx.PID()))
		got, err := runtime.Receive[string](ctx)
		require.NoError(t, err)
		require.Equal(t, "woke", got)
		ref = ctx.StartTimer(time.Millisecond)
		to, err := runtime.Receive[signal.Timeout](ctx)
		require.NoError(t, err)
		require.Equal(t, ref, to.Ref)
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, rt.Shutdown(context.Background()))
}

type ball struct {
	N int64
	S string
}

func BenchmarkPingPong(b *testing.B) {
	b.ReportAllocs()
	rt := runtime.MustNew(runtime.Config{})
	_ = rt.Run(context.Background(), func(ctx *runtime.Context) error {
		me := ctx.PID()
		echo, _ := ctx.SpawnLink(func(ctx *runtime.Context) error {
			for {
				m, err := ctx.Recv()
				if err != nil {
					return err
				}
				_ = ctx.Send(me, m.Value())
			}
		})
		for i := range b.N {
			_ = ctx.Send(echo, ball{int64(i), "0123456789abcdef"})
			_, _ = ctx.Recv()
		}
		return nil
	})
	_ = rt.Shutdown(context.Background())
}

func BenchmarkSpawn(b *testing.B) {
	b.ReportAllocs()
	rt := runtime.MustNew(runtime.Config{})
	for range b.N {
		_, _ = rt.Spawn(func(*runtime.Context) error { return nil })
	}
	_ = rt.Shutdown(context.Background())
}

func BenchmarkCall(b *testing.B) {
	b.ReportAllocs()
	rt := runtime.MustNew(runtime.Config{})
	_ = rt.Run(context.Background(), func(ctx *runtime.Context) error {
		echo, _ := ctx.SpawnLink(func(ctx *runtime.Context) error {
			for {
				m, err := ctx.Recv()
				if err != nil {
					return err
				}
				from, _ := m.From()
				_ = ctx.Reply(from, m.Value())
			}
		})
		for i := range b.N {
			_, _ = runtime.CallTimeout[ball](ctx, echo, ball{int64(i), "0123456789abcdef"}, time.Second)
		}
		return nil
	})
	_ = rt.Shutdown(context.Background())
}
func BenchmarkSend1(b *testing.B) {
	b.ReportAllocs()
	rt := runtime.MustNew(runtime.Config{})
	_ = rt.Run(context.Background(), func(ctx *runtime.Context) error {
		sink, ref, _ := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			for range b.N {
				_, _ = ctx.Recv()
			}
			return nil
		})
		for i := range b.N {
			_ = ctx.Send(sink, ball{int64(i), "0123456789abcdef"})
		}
		_, _ = ctx.Recv()
		_ = ref
		return nil
	})
}
