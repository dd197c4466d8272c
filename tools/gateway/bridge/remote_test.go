package bridge_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/tools/gateway/bridge"
)

// join makes a node of a served runtime.
func (s *served) join(cfg remote.Config) *remote.Node {
	s.Helper()
	cfg.Listen, cfg.Cookie, cfg.Logger = "127.0.0.1:0", "secret", quiet
	n, err := remote.Start(s.rt, cfg)
	require.NoError(s, err)
	s.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(s, n.Close(ctx))
	})
	return n
}

func TestBridge_ReachesOtherNodes(t *testing.T) {
	shop, gateway := serve(t, bridge.Config{Token: "secret"}), serve(t, bridge.Config{Token: "secret"})
	addr := shop.join(remote.Config{}).Addr().String()
	gateway.join(remote.Config{Resolver: remote.StaticResolver{shop.rt.Node().Name(): addr}})
	at := "/counter?node=" + shop.rt.Node().Name()
	status, body := gateway.post("/cast"+at, two)
	require.Equal(t, http.StatusAccepted, status, body)
	status, body = gateway.post("/call"+at, two)
	require.Equal(t, http.StatusOK, status, body)
	require.JSONEq(t, `{"type": "bridge_test.total", "value": {"N": 4}}`, body)
}
