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

func TestScope_OutsideOfAProcessEverythingSaysSo(t *testing.T) {
	for name, ctx := range map[string]context.Context{
		"no scope":   context.Background(),
		"zero scope": runtime.ProcessScope{}.Enter(context.Background()),
		"nil scope":  runtime.NewProcessScope(nil).Enter(context.Background()),
		"nil":        (*runtime.Context)(nil),
	} {
		t.Run(name, func(t *testing.T) { requireNotInProcess(t, ctx) })
	}
}

func requireNotInProcess(t *testing.T, ctx context.Context) {
	t.Helper()
	_, currentPID := runtime.CurrentPID(ctx)
	_, recv := runtime.Recv(ctx)
	_, recvTimeout := runtime.RecvTimeout(ctx, time.Hour)
	_, tryRecv := runtime.TryRecv(ctx)
	_, receive := runtime.Receive[any](ctx)
	_, match := runtime.ReceiveMatch(ctx, func(any) bool { return true })
	_, call := runtime.Call[any](ctx, pid.PID{}, 1)
	_, callName := runtime.CallNamed[any](ctx, pid.Name{}, 1)
	for _, err := range []error{
		currentPID, recv, recvTimeout, tryRecv, receive, match, call, callName,
		runtime.Send(ctx, pid.PID{}, 1), runtime.SendRaw(ctx, pid.PID{}, nil),
		runtime.WithContext(ctx, func(*runtime.Context) error { panic("called") }),
	} {
		require.Equal(t, runtime.ErrNotInProcess, err)
	}
	_, ok := runtime.FromContext(ctx)
	require.False(t, ok)
	_, ok = runtime.TryCurrentPID(ctx)
	require.False(t, ok)
	require.PanicsWithValue(t, "runtime: MustCurrentPID: "+runtime.ErrNotInProcess.Error(),
		func() { runtime.MustCurrentPID(ctx) })
}

func TestScope_CarriesTheProcessThroughAnyContext(t *testing.T) {
	type key struct{}
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		parent := context.WithValue(context.Background(), key{}, "value")
		for name, inside := range map[string]context.Context{
			"the Context itself": ctx,
			"derived":            context.WithValue(ctx, key{}, "value"),
			"entered":            runtime.NewProcessScope(ctx).Enter(parent),
		} {
			found, ok := runtime.FromContext(inside)
			require.True(t, ok, name)
			require.Same(t, ctx, found)
			p, err := runtime.CurrentPID(inside)
			require.NoError(t, err)
			require.Equal(t, ctx.PID(), p)
			p, ok = runtime.TryCurrentPID(inside)
			require.True(t, ok)
			require.Equal(t, ctx.PID(), p)
			require.Equal(t, ctx.PID(), runtime.MustCurrentPID(inside))

			require.NoError(t, runtime.Send(inside, p, 1))
			require.NoError(t, runtime.SendRaw(inside, p, []byte("2")))
			require.NoError(t, runtime.Send(inside, p, 3))
			require.NoError(t, runtime.Send(inside, p, "4"))
			m, err := runtime.Recv(inside)
			require.NoError(t, err)
			require.Equal(t, 1, m.Value())
			m, err = runtime.TryRecv(inside)
			require.NoError(t, err)
			require.Equal(t, []byte("2"), m.Value())
			s, err := runtime.Receive[string](inside)
			require.NoError(t, err)
			require.Equal(t, "4", s)
			m, err = runtime.RecvTimeout(inside, time.Hour)
			require.NoError(t, err)
			require.Equal(t, 3, m.Value())
			_, err = runtime.TryRecv(inside)
			require.Equal(t, runtime.ErrEmpty, err)

			boom := errors.New("boom")
			require.Equal(t, boom, runtime.WithContext(inside, func(c *runtime.Context) error {
				require.Same(t, ctx, c)
				return boom
			}))
		}
		require.Equal(t, signal.Shutdown, runtime.NewProcessScope(ctx).Run(parent, func(inside context.Context) error {
			require.Equal(t, "value", inside.Value(key{}))
			return signal.Shutdown
		}))
		return nil
	})
}

// The innermost process counts.
func TestScope_OfAnotherProcessHidesTheOuterOne(t *testing.T) {
	rt := start(t)
	within(t, rt, func(outer *runtime.Context) error {
		_, ref, err := outer.SpawnMonitor(func(inner *runtime.Context) error {
			require.Equal(t, inner.PID(), runtime.MustCurrentPID(runtime.NewProcessScope(inner).Enter(outer)))
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, signal.Normal, down(t, outer, ref))
		return nil
	})
}

// A scope ends with its parent; the process ends all of its waiting too.
func TestScope_WaitsEndWithTheParentAndWithTheProcess(t *testing.T) {
	rt := start(t)
	server := spawn(t, rt, idle)
	for _, byParent := range []bool{true, false} {
		parent, cancel := context.WithCancel(context.Background())
		defer cancel()
		got := make(chan error, 2)
		h := spawn(t, rt, func(ctx *runtime.Context) error {
			inside := runtime.NewProcessScope(ctx).Enter(parent)
			_, err := runtime.Call[any](inside, server.PID(), 1)
			got <- err
			_, err = runtime.Recv(inside)
			got <- err
			return nil
		})
		if byParent {
			cancel()
			require.ErrorIs(t, <-got, context.Canceled)
			require.ErrorIs(t, <-got, context.Canceled)
		} else {
			h.Exit(signal.Shutdown) // maybe before the call
			require.Contains(t, []error{signal.Shutdown, runtime.ErrTerminated}, rootOf(<-got))
			require.Equal(t, signal.Shutdown, <-got)
		}
		await(t, h)
	}
}
