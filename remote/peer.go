package remote

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/backoff"
	"github.com/starlang-go/starlang/runtime/dist"
)

// peer is what a node knows about another name. All is guarded by the Node's mu.
//
// State machine (only these edges):
//
//	idle --a send, Connect--> dialling --welcome, or admitted--> connected
//	  ^                          '-- failed: idle, not before retryAt
//	  '------------------------------- conn gone ------------------'
type peer struct {
	name     string
	conn     *conn    // connected; until all that follows from its loss has happened
	attempt  *attempt // dialling
	failures int      // in a row
	retryAt  time.Time
	wanted   bool        // Connect was called, and Disconnect has not been since
	redial   *time.Timer // dials it again when its time has come; nil: it is not waited for
	mismatch error       // of the last attempt, if somebody has to do something about it
	hung     hung        // of the Resolver and the Transport, for this node
}

// attempt is an attempt to connect. All but done is guarded by the Node's mu.
type attempt struct {
	done    chan struct{} // closed at the end
	conn    *conn         // at the end: the connection, or
	err     error         // why there is none
	cancel  context.CancelFunc
	after   *conn // to be waited for: it is on its way out
	reached bool  // the other node's address has answered
}

// routes are the connections that are up. A routes never changes.
type routes struct {
	byID   map[pid.NodeID]*conn
	byName map[string]*conn
}

// publishLocked makes the connections that are up known to senders.
func (n *Node) publishLocked() {
	r := &routes{byID: map[pid.NodeID]*conn{}, byName: map[string]*conn{}}
	for name, p := range n.peers {
		if p.conn != nil {
			r.byID[p.conn.peer], r.byName[name] = p.conn, p.conn
		}
	}
	n.routes.Store(r)
}

// peerLocked returns the peer with a name, made if it was not there.
func (n *Node) peerLocked(name string) *peer {
	p := n.peers[name]
	if p == nil {
		if len(n.peers) > 2*n.sparse+16 {
			n.forgetLocked()
		}
		p = &peer{name: name}
		n.peers[name] = p
	}
	return p
}

// installLocked makes the conn over a stream that is up, and ends an attempt
// that goes on. first goes before everything else. The connection's goroutines are
// started by announce.
func (n *Node) installLocked(p *peer, h *handshake, id pid.NodeID, first []byte) *conn {
	c := newConn(n, &n.common, h, id, first)
	c.wanted.Store(p.wanted)
	c.accepted = first != nil
	p.conn = c
	if !c.accepted {
		p.mismatch = nil
	}
	n.warnOneWayLocked(p)
	if p.attempt != nil {
		n.endAttemptLocked(p, c, nil)
	}
	n.publishLocked()
	n.wg.Add(1) // for the connection, see announce and conn.run
	return c
}

// announce tells that a connection is up and lets it run. So NodeUp comes before
// everything that arrives over the connection.
func (n *Node) announce(c *conn) {
	n.log.Info("connected", slog.String("peer", c.peer.Name()), slog.Any("address", c.stream.RemoteAddr()))
	if !c.hidden() {
		n.watchers.tell(n, NodeUp{Node: c.peer.Name(), Creation: c.peer.Creation()})
	}
	c.setRelations(n.port.Up(c.peer, c, dist.Features{Hidden: c.hidden()}))
	go c.run() // ended by the loss of the connection; Close waits for it
}

// endAttemptLocked ends p's attempt: with a connection, or with an error.
func (n *Node) endAttemptLocked(p *peer, c *conn, err error) {
	a := p.attempt
	p.attempt = nil
	n.dialling--
	a.conn, a.err = c, err
	a.cancel()
	close(a.done)
}

// failAttemptLocked ends p's attempt without a connection. Who waits for one is told by
// another goroutine: the caller holds mu.
func (n *Node) failAttemptLocked(p *peer, err error) {
	n.endAttemptLocked(p, nil, err)
	if len(n.peers) > 2*n.sparse+16 || n.forget == nil {
		n.forgetLocked()
	}
	n.wg.Go(func() { n.port.Failed(p.name, err) }) // ends by itself; Close waits for it
}

// lost implements owner.
func (n *Node) lost(c *conn, held map[uint64]gate, cause DownCause, err error) {
	for id := range held {
		_ = n.rt.Exit(c.local(id), signal.NoConnection)
	}
	text := textOf(err)
	n.log.Info("disconnected", slog.String("peer", c.peer.Name()),
		slog.String("cause", string(cause)), slog.String("detail", text))
	if !c.hidden() {
		n.watchers.tell(n, NodeDown{Node: c.peer.Name(), Creation: c.peer.Creation(), Cause: cause, Detail: text})
	}
	n.connGone(c)
}

// connGone is the edge from connected to idle. All that follows from the loss has
// happened.
func (n *Node) connGone(c *conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.peers[c.peer.Name()]
	p.conn = nil
	n.publishLocked()
	if time.Since(c.begun) > n.cfg.HeartbeatInterval {
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

// isFullLocked reports whether the node may have no connection to p besides those that it
// has.
func (n *Node) isFullLocked(p *peer) bool {
	has := len(n.routes.Load().byName) + n.dialling
	if p.conn != nil || p.attempt != nil {
		has--
	}
	return has >= n.cfg.MaxConns
}

// delayLocked sets when p may be dialled again, after a failure or a loss.
func (n *Node) delayLocked(p *peer) time.Duration {
	p.failures++
	delay := backoff.Policy{Initial: n.cfg.MinBackoff, Max: n.cfg.MaxBackoff, Factor: 2, Jitter: 0.5}.Delay(p.failures)
	p.retryAt = time.Now().Add(delay)
	return delay
}

// keepLocked makes a node that is wanted be dialled again when its time has come,
// and again until it is connected.
func (n *Node) keepLocked(p *peer) {
	if p.redial == nil {
		p.redial = time.AfterFunc(time.Until(p.retryAt), func() { n.redial(p) }) // stopped by Close
	}
}

func (n *Node) redial(p *peer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p.redial = nil
	switch {
	case n.closed || !p.wanted || p.conn != nil || p.attempt != nil:
	case n.isFullLocked(p):
		n.delayLocked(p)
		n.keepLocked(p)
	default:
		n.attemptLocked(p)
	}
}

// forgetLocked drops the peers that there is nothing to remember about: now, and again
// later those that are not to be dialled yet.
func (n *Node) forgetLocked() {
	now, later := time.Now(), false
	maps.DeleteFunc(n.peers, func(_ string, p *peer) bool {
		if p.conn != nil || p.attempt != nil || p.wanted {
			return false
		}
		later = later || p.retryAt.After(now)
		return !p.retryAt.After(now)
	})
	n.sparse = len(n.peers)
	if later && n.forget == nil && !n.closed {
		n.forget = time.AfterFunc(n.cfg.MaxBackoff, func() { // stopped by Close
			n.mu.Lock()
			defer n.mu.Unlock()
			n.forget = nil
			n.forgetLocked()
		})
	}
}

// Nodes returns the names of the nodes that this one is connected to, sorted. Observers
// are not among them.
func (n *Node) Nodes() []string {
	var names []string
	for name, c := range n.routes.Load().byName {
		if !c.hidden() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
