package remote_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

func echo(ctx *runtime.Context) error {
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		if from, ok := m.From(); ok {
			if err := ctx.Reply(from, m.Value()); err != nil {
				return err
			}
			continue
		}
		if m.Value() == "stop" {
			return signal.ShutdownReason("asked")
		}
	}
}

func TestTwoNodes(t *testing.T) {
	a, b := pairOf(t, remote.Config{})
	server, err := b.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "echo"}, echo)
	require.NoError(t, err)
	run(t, a, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		v, err := runtime.Call[note](ctx, server, note{1, "x"})
		require.NoError(t, err)
		require.Equal(t, note{1, "x"}, v)
		name := pid.Name{Name: "echo", Node: "b@test"}
		v, err = runtime.CallNamed[note](ctx, name, note{2, "y"})
		require.NoError(t, err)
		require.Equal(t, note{2, "y"}, v)

		p, err := a.Whereis(ctx, name)
		require.NoError(t, err)
		require.Equal(t, server, p)
		_, err = a.Whereis(ctx, pid.Name{Name: "nobody", Node: "b@test"})
		require.ErrorIs(t, err, runtime.ErrNameNotFound)

		require.NoError(t, ctx.Link(server))
		ref := ctx.Monitor(server)
		byName := ctx.MonitorNamed(name)
		state, err := a.Info(ctx, server)
		require.NoError(t, err)
		require.Equal(t, []pid.PID{ctx.PID()}, state.Links)
		require.Equal(t, []pid.PID{ctx.PID(), ctx.PID()}, state.MonitoredBy)
		require.Equal(t, "echo", state.Name)

		require.NoError(t, ctx.Send(server, "stop"))
		reason := signal.ShutdownReason("asked")
		for range 3 {
			m, err := ctx.Recv()
			require.NoError(t, err)
			switch v := m.Value().(type) {
			case signal.Exit:
				require.Equal(t, signal.Exit{From: server, Reason: reason}, v)
			case signal.Down:
				if v.Ref == ref {
					require.Equal(t, signal.Down{Ref: ref, PID: server, Reason: reason}, v)
				} else {
					require.Equal(t, signal.Down{Ref: byName, Name: name, Reason: reason}, v)
				}
			}
		}
		info, err := a.NodeInfo(ctx, "b@test")
		require.NoError(t, err)
		require.Len(t, info.Conns, 1)
		require.Zero(t, info.Conns[0].Relations)
		require.Zero(t, a.Stats().Conns[0].Relations)
		return nil
	})
}
