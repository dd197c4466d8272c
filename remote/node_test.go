package remote_test

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// testTimeout ends a test that hangs. Nothing that goes on takes as long, on whatever
// machine.
const testTimeout = 2 * time.Minute

// quiet is the logger of nodes in tests.
var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// bounded returns a context that ends before the test does.
func bounded(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	t.Cleanup(cancel)
	return ctx
}

// book is where the nodes of a test find each other. Nodes that are there already read it
// at any time, to try again: so all but its making is done by enter and Resolve.
type book map[string]string

var bookMu sync.RWMutex // guards all books

func (b book) enter(node, addr string) {
	bookMu.Lock()
	defer bookMu.Unlock()
	b[node] = addr
}

func (b book) Resolve(ctx context.Context, node string) (string, error) {
	bookMu.RLock()
	defer bookMu.RUnlock()
	return remote.StaticResolver(b).Resolve(ctx, node)
}

// patient returns cfg for a test in real time, which a slow machine may stop for seconds:
// nothing that cfg leaves open is given up before the test is.
func patient(cfg remote.Config) remote.Config {
	for _, d := range []*time.Duration{
		&cfg.HandshakeTimeout, &cfg.ConnectTimeout, &cfg.HeartbeatInterval, &cfg.StallTimeout, &cfg.CloseTimeout,
	} {
		*d = cmp.Or(*d, testTimeout)
	}
	return cfg
}

// start starts a patient node on loopback and enters it in the book.
func (b book) start(t testing.TB, name string, cfg remote.Config) *remote.Node {
	t.Helper()
	rt := runtime.MustNew(runtime.Config{Name: name, Logger: quiet})
	if cfg.Transport == nil {
		cfg.Listen = "127.0.0.1:0"
	}
	if cfg.Resolver == nil {
		cfg.Resolver = b
	}
	if cfg.Logger == nil {
		cfg.Logger = quiet
	}
	n, err := remote.Start(rt, patient(cfg))
	require.NoError(t, err)
	b.enter(name, n.Addr().String())
	t.Cleanup(func() { stop(t, n) })
	return n
}

// stop closes a node, ends its processes and its runtime.
func stop(t testing.TB, n *remote.Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	require.NoError(t, n.Close(ctx))
	for p := range n.Runtime().PIDs() {
		require.NoError(t, n.Runtime().Exit(p, signal.Kill))
	}
	require.NoError(t, n.Runtime().Shutdown(ctx))
}

// pairOf starts two nodes.
func pairOf(t testing.TB, cfg remote.Config) (a, b *remote.Node) {
	t.Helper()
	all := book{}
	return all.start(t, "a@test", cfg), all.start(t, "b@test", cfg)
}

// run runs body as a process of n and waits for its end.
func run(t testing.TB, n *remote.Node, body runtime.Body) {
	t.Helper()
	require.NoError(t, n.Runtime().Run(bounded(t), body))
}
