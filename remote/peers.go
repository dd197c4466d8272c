package remote

import (
	"log/slog"
	"maps"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/runtime/backoff"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// publishLocked makes the connections that are up known to senders.
func (n *Node) publishLocked() {
	r := &routes{byID: map[pid.NodeID]*conn.Conn{}, byName: map[string]*conn.Conn{}}
	for name, p := range n.peers {
		if p.isUp() {
			r.byID[p.conn.Peer()], r.byName[name] = p.conn, p.conn
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
func (n *Node) installLocked(p *peer, h *handshake, id pid.NodeID, first []byte) *conn.Conn {
	c := conn.New(&n.shared, h.stream, h.bottom, id, h.access != Member, first)
	c.SetWanted(p.wanted)
	p.conn, p.access, p.accepted = c, h.access, first != nil
	if !p.accepted {
		p.mismatch = nil
	}
	n.warnOneWayLocked(p)
	if p.attempt != nil {
		n.endAttemptLocked(p, c, nil)
	}
	n.publishLocked()
	n.wg.Add(1) // for the connection, see announce and conn.Conn.Run
	return c
}

// announce tells that a connection is up and lets it run. So NodeUp comes before
// everything that arrives over the connection.
func (n *Node) announce(c *conn.Conn) {
	n.log.Info("connected", slog.String("peer", c.Peer().Name()), slog.Any("address", c.RemoteAddr()))
	if !c.Hidden() {
		n.watchers.tellUp(n, NodeUp{Node: c.Peer().Name(), Creation: c.Peer().Creation()})
		n.noteNodeEvent(inspect.NodeEvent{Node: c.Peer().Name(), Creation: c.Peer().Creation(), Up: true})
	}
	c.SetRelations(n.port.Up(c.Peer(), c, dist.Features{Hidden: c.Hidden()}))
	go c.Run() // ended by the loss of the connection; Close waits for it
}

// endAttemptLocked ends p's attempt: with a connection, or with an error.
func (n *Node) endAttemptLocked(p *peer, c *conn.Conn, err error) {
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

// isFullLocked reports whether the node may have no connection to p besides those that it
// has.
func (n *Node) isFullLocked(p *peer) bool {
	has := len(n.routes.Load().byName) + n.dialling
	if p.isUp() || p.attempt != nil {
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

// warnOneWayLocked logs that a node is connected which this one could not connect to: when
// that node cannot dial either, the two are apart.
func (n *Node) warnOneWayLocked(p *peer) {
	if p.mismatch != nil && p.conn != nil && p.accepted {
		n.log.Warn("connected, but only because the other node dials: this one cannot",
			slog.String("peer", p.name), slog.Any("error", p.mismatch))
	}
}
