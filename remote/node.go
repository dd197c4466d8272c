package remote

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/remote/internal/guard"
	"github.com/starlang-go/starlang/remote/internal/journal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/term"
)

// connOwner is the node as its connections know it.
type connOwner struct{ *Node }

// Node connects a runtime with those of other nodes. Make it with [Start]; all
// goroutines may share it.
//
// Lock order: mu, then a connection's mu. None of them is held while package dist is
// called, which calls the carrier, a connection, with its own locks held.
type Node struct {
	self   pid.NodeID
	cfg    Config
	limits term.Limits
	log    *journal.Journal
	ctx    context.Context // ends when the node has been closed
	wg     sync.WaitGroup  // all goroutines of the node
	shared conn.Shared     // what all connections have of these

	hungSources, hungTLS, hungNames guard.Hung // of TLSSource, what a TLS handshake calls, and VerifyName

	rt       *runtime.Runtime
	listener net.Listener // nil: dials only
	begun    time.Time

	// routes is what requests look connections up in. It is replaced, under mu, when a
	// connection comes or goes.
	routes atomic.Pointer[routes]

	mu       sync.Mutex
	peers    map[string]*peer // guarded by mu; by node name
	dialling int              // guarded by mu; attempts
	sparse   int              // guarded by mu; how many peers were left by forgetLocked
	forget   *time.Timer      // guarded by mu; calls forgetLocked; nil: nobody is to be forgotten
	closed   bool             // guarded by mu

	pending  pendingHandshakes
	port     *dist.Port // who owns what crosses the connections
	watchers nodeMonitors
	noteNode atomic.Pointer[func(inspect.NodeEvent)] // nil: nobody inspects the node
	funcs    sync.Map                                // of string to Func
	requests atomic.Uint64

	cancel context.CancelFunc // of ctx
}

// Of returns the Node that rt was started with, nil if it was not.
func Of(rt *runtime.Runtime) *Node {
	port := dist.Of(rt)
	if port == nil {
		return nil
	}
	n, _ := port.Dialler().(*Node)
	return n
}

var (
	_ dist.Dialler = (*Node)(nil)
	_ conn.Owner   = connOwner{}
)

// Runtime returns the runtime that the node connects.
func (n *Node) Runtime() *runtime.Runtime { return n.rt }

// Name returns the node's name.
func (n *Node) Name() string { return n.self.Name() }

// Addr returns the address that the node listens on, nil if it does not.
func (n *Node) Addr() net.Addr {
	if n.listener == nil {
		return nil
	}
	return n.listener.Addr()
}

// awaitGone waits for the end of connections, and ends them itself when ctx does.
func (n *Node) awaitGone(ctx context.Context, conns []*conn.Conn) (err error) {
	for _, c := range conns {
		select {
		case <-c.Gone():
		case <-ctx.Done():
			err = context.Cause(ctx)
			c.End(conn.Closing, err)
			<-c.Gone()
		}
	}
	return err
}

func (n *Node) closeListener() {
	if n.listener != nil {
		var err error
		defer guard.Catch(&err)
		_ = n.listener.Close()
	}
}

// logRefused logs why a connection did not come about: louder if nodes that should be one
// network are not.
func (n *Node) logRefused(text string, err error, attrs ...slog.Attr) {
	attrs = append(attrs, slog.Any("error", err))
	if isMismatch(err) {
		n.log.Warn(text, attrs...)
	} else {
		n.log.Info(text, attrs...)
	}
}
