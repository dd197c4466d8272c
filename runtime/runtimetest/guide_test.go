package runtimetest_test

import (
	"context"
	"os"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/runtimetest"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// The guide's way to stop a program, in a bubble.
func TestGuide_ProgramStopsAtSIGTERM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node := runtimetest.New(t)
		app := application.App{Name: "counter", Root: func(any) (supervisor.Spec, error) {
			return supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "counter", Start: func(ctx context.Context) (pid.PID, error) {
				return genserver.StartLink(ctx, &counter{}, genserver.Options{Name: "counter"})
			}}}}, nil
		}}
		signals := make(chan os.Signal, 1)
		ended := make(chan error, 1)
		go func() { // ends by the signal; the test waits for its result
			ended <- application.RunWith(t.Context(), application.Options{Runtime: node.Runtime, Signals: signals}, app)
		}()
		synctest.Wait()
		n, err := genserver.Call(node.Context(), "counter", Add{By: 2})
		require.NoError(t, err)
		require.Equal(t, 2, n)
		signals <- syscall.SIGTERM
		require.NoError(t, <-ended)
	})
}

func TestGuide_ServerLinkedToTheProbe(t *testing.T) {
	node := runtimetest.New(t)
	_, err := genserver.StartLink(node.Probe(), &counter{}, genserver.Options{Name: "counter"})
	require.NoError(t, err)
	n, err := genserver.Call(node.Context(), "counter", Add{By: 2})
	require.NoError(t, err)
	require.Equal(t, 2, n)
}
