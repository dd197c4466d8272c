package runtime_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
)

// network connects runtimes of one test: it hands each signal to the runtime whose
// node it is for, in the goroutine that sends it.
type network struct {
	mu      sync.Mutex
	nodes   map[string]*runtime.Runtime // guarded by mu
	down    bool                        // guarded by mu; nobody reaches anybody
	watched map[pid.Ref]pid.PID         // guarded by mu; whom a name stood for
}

func newNetwork() *network {
	return &network{nodes: map[string]*runtime.Runtime{}, watched: map[pid.Ref]pid.PID{}}
}

// node starts a node; one of the same name that was there is forgotten.
func (n *network) node(t *testing.T, name string) *runtime.Runtime {
	t.Helper()
	rt := startWith(t, runtime.Config{Name: name})
	require.NoError(t, rt.SetRemoteSendHook(n))
	n.mu.Lock()
	defer n.mu.Unlock()
	n.nodes[name] = rt
	return rt
}

func (n *network) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = true
}

var _ registry.RemoteSendHook = (*network)(nil)

// SendRemote implements registry.RemoteSendHook.
func (n *network) SendRemote(ctx context.Context, to pid.Address, env signal.Envelope) error {
	rt, to := n.route(to, env)
	switch {
	case rt == nil:
		return &registry.SendError{To: to, Err: registry.ErrNoConnection}
	case ctx.Err() != nil:
		return context.Cause(ctx) // nothing of a sender that has ended goes out
	}
	_ = rt.Deliver(ctx, to, env) // what becomes of it the sender does not learn
	return nil
}

// route returns where to is. That a name was watched is kept, so that the end of
// the watch finds the process that had the name then.
func (n *network) route(to pid.Address, env signal.Envelope) (*runtime.Runtime, pid.Address) {
	n.mu.Lock()
	defer n.mu.Unlock()
	rt := n.nodes[to.NodeName()]
	if n.down || rt == nil {
		return nil, to
	}
	if to.PID.IsZero() {
		switch env.Kind {
		case signal.Monitor, signal.Call:
			n.watched[env.Ref], _ = rt.Whereis(to.Name.Name)
		case signal.Demonitor:
			to = pid.Address{PID: n.watched[env.Ref]}
		}
	}
	return rt, to
}

// twoNodes returns two connected runtimes.
func twoNodes(t *testing.T) (a, b *runtime.Runtime, net *network) {
	t.Helper()
	net = newNetwork()
	return net.node(t, "a@here"), net.node(t, "b@there"), net
}
