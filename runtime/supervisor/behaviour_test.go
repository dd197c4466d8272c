package supervisor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

type plainServer struct{}

func (*plainServer) HandleCall(*genserver.Context, genserver.From, any) (any, error) { return nil, nil }

func TestBehaviour_TellsSupervisorsServersAndProcessesApart(t *testing.T) {
	rt := runtime.MustNew(runtime.Config{})
	require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
		sup, err := supervisor.StartLink(ctx, supervisor.Spec{})
		require.NoError(t, err)
		server, err := genserver.StartLink(ctx, &plainServer{}, genserver.Options{})
		require.NoError(t, err)
		got := map[string]string{}
		for b := range rt.Brief() {
			got[b.PID.String()] = b.Behaviour.String()
		}
		require.Equal(t, map[string]string{
			ctx.PID().String(): "process", sup.String(): "supervisor", server.String(): "server",
		}, got)
		s, _ := rt.InfoN(sup, 0)
		require.Equal(t, ctx.PID(), s.Parent)
		require.Equal(t, runtime.Supervisor, s.Behaviour)
		return nil
	}))
	require.NoError(t, rt.Shutdown(t.Context()))
}
