package remote

import (
	"log/slog"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/remote/internal/guard"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/term"
)

var _ conn.Owner = connOwner{}

// Request implements [conn.Owner]: it answers a request that came over c.
func (n connOwner) Request(c *conn.Conn, f *wire.Frame, whole bool) error {
	switch f.Kind {
	case wire.Whereis:
		p, _ := n.rt.Whereis(string(f.Name))
		c.Respond(f.Ref, term.AppendUint(nil, p.ID()))
	case wire.Spawn:
		return n.spawnIn(c, f, whole)
	case wire.Release:
		c.Release(f.Ref)
	case wire.ProcessInfo:
		id := f.To
		c.RespondLater(f.Ref, func() []byte { return n.processInfo(id) })
	case wire.NodeInfo:
		c.RespondLater(f.Ref, n.nodeInfo)
	}
	return nil
}

// Lost implements [conn.Owner]. The node no longer counts as connected when anybody is
// told so; but only then there may be another connection, of which they are told behind it.
func (n connOwner) Lost(c *conn.Conn, held []uint64, cause conn.Cause, err error) {
	n.connLost(c)
	for _, id := range held {
		_ = n.rt.Exit(pid.New(n.self, id), signal.NoConnection)
	}
	text := guard.Text(err)
	n.log.Info("disconnected", slog.String("peer", c.Peer().Name()),
		slog.String("cause", string(cause)), slog.String("detail", text))
	if !c.Hidden() {
		n.watchers.tellDown(n.Node, NodeDown{Node: c.Peer().Name(), Creation: c.Peer().Creation(), Cause: DownCause(cause), Detail: text})
		n.noteNodeEvent(inspect.NodeEvent{Node: c.Peer().Name(), Creation: c.Peer().Creation(), Cause: string(cause)})
	}
	n.connGone(c)
}

// connLost takes the connection out of those that are up.
func (n *Node) connLost(c *conn.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.peers[c.Peer().Name()].lost = true
	n.publishLocked()
}

// connGone is the edge from connected to idle. All that follows from the loss has
// happened.
func (n *Node) connGone(c *conn.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.peers[c.Peer().Name()]
	p.conn, p.lost = nil, false
	if time.Since(c.Begun()) > n.cfg.HeartbeatInterval {
		p.failures, p.retryAt = 0, time.Time{} // it was a good connection: a send may dial at once
	} else {
		n.delayLocked(p)
	}
	if p.wanted && !n.closed {
		n.delayLocked(p) // all who have lost the same node would dial at once
		n.keepLocked(p)
	}
	n.forgetLocked()
}
