package runtime_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// slowHook is a way to other nodes that takes its time.
type slowHook chan struct{}

func (h slowHook) SendRemote(context.Context, pid.Address, signal.Envelope) error {
	<-h
	return nil
}

func TestShutdown_WaitsUntilOtherNodesWereToldOfTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := runtime.MustNew(runtime.Config{Name: "a@test"})
		hook := make(slowHook)
		require.NoError(t, rt.SetRemoteSendHook(hook))
		p, err := rt.Spawn(func(ctx *runtime.Context) error {
			_, err := ctx.Recv()
			return err
		})
		require.NoError(t, err)
		far, err := pid.NewNode("b@test")
		require.NoError(t, err)
		watch := signal.Envelope{Kind: signal.Monitor, From: far.NextPID(), Ref: far.NextRef()}
		require.NoError(t, rt.Deliver(context.Background(), pid.Address{PID: p}, watch))

		require.NoError(t, rt.Exit(p, signal.Shutdown))
		synctest.Wait()
		require.Zero(t, rt.Len())
		stopped := make(chan error, 1)
		go func() { stopped <- rt.Shutdown(context.Background()) }()
		synctest.Wait()
		require.Empty(t, stopped, "the down is not on its way yet")
		close(hook)
		require.NoError(t, <-stopped)
	})
}
