package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/tools/gateway/bridge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun_IsOffWithoutACookie(t *testing.T) {
	err := run(t.Context(), options{name: "gateway@127.0.0.1:0", listen: "127.0.0.1:0"}, "")
	require.ErrorIs(t, err, bridge.ErrNoToken)
}

func TestRun_RefusesToSendTheTokenOverANetwork(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "example.test:80"} {
		err := run(t.Context(), options{name: "gateway@127.0.0.1:0", listen: addr}, "secret")
		require.ErrorContains(t, err, "not a loopback address", addr)
	}
}

func TestRun_EndsInOrder(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l, err := listen(t.Context(), options{listen: "127.0.0.1:0"})
	require.NoError(t, err)
	require.NoError(t, serve(ctx, l, nil, options{}))
}
