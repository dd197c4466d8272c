package remote

import (
	"context"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// peer is what a node knows about another name. All is guarded by the Node's mu.
//
// State machine (only these edges):
//
//	idle --a send, Connect--> dialling --welcome, or admitted--> connected
//	  ^                          '-- failed: idle, not before retryAt
//	  '-------------------------------- link gone ----------------'
type peer struct {
	name     string
	link     *link    // connected; until all that follows from its loss has happened
	attempt  *attempt // dialling
	failures int      // in a row
	retryAt  time.Time
	wanted   bool // Connect was called, and Disconnect has not been since
	keeping  bool // a goroutine waits to dial it again
}

// attempt is an attempt to connect. All but done is guarded by the Node's mu.
type attempt struct {
	done    chan struct{} // closed at the end
	link    *link         // at the end: the link, or
	err     error         // why there is none
	signals []outgoing    // to be sent first of all
	cancel  context.CancelFunc
}

// outgoing is a signal that waits for a connection.
type outgoing struct {
	to  pid.Address
	env signal.Envelope
}

// routes are the links that are up. A routes never changes, but for recent.
type routes struct {
	byID   map[pid.NodeID]*link
	byName map[string]*link
	recent atomic.Pointer[link] // one of byID, the one found last; nil before
}

// publishLocked makes the links that are up known to senders.
func (n *Node) publishLocked() {
	r := &routes{byID: map[pid.NodeID]*link{}, byName: map[string]*link{}}
	for name, p := range n.peers {
		if p.link != nil {
			r.byID[p.link.peer], r.byName[name] = p.link, p.link
		}
	}
	n.routes.Store(r)
}

// peerLocked returns the peer with a name, made if it was not there.
func (n *Node) peerLocked(name string) *peer {
	p := n.peers[name]
	if p == nil {
		n.sweepLocked()
		p = &peer{name: name}
		n.peers[name] = p
	}
	return p
}

// sweepLocked forgets peers that there is nothing to remember about.
func (n *Node) sweepLocked() {
	now := time.Now()
	maps.DeleteFunc(n.peers, func(_ string, p *peer) bool {
		return p.link == nil && p.attempt == nil && !p.wanted && p.retryAt.Before(now)
	})
}

// installLocked makes the link over a connection that is up, and ends an attempt
// that goes on. first goes before everything else. The link's goroutines are
// started by announce.
func (n *Node) installLocked(p *peer, conn net.Conn, id pid.NodeID, first []byte) *link {
	l := newLink(n, conn, id, first)
	p.link = l
	if a := p.attempt; a != nil {
		for _, s := range a.signals {
			if isStale(s.to, l) {
				l.stale = append(l.stale, s)
				continue
			}
			l.queueFirst(s)
		}
		n.endAttemptLocked(p, l, nil)
	}
	n.publishLocked()
	n.wg.Add(1) // for the link, see announce and link.run
	return l
}

// queueFirst queues a signal that waited for the link, whose sender has gone on since.
func (l *link) queueFirst(s outgoing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queueSignalLocked(s.to, s.env)
}

// announce tells that a link is up and lets it run. So NodeUp comes before
// everything that arrives over the link.
func (n *Node) announce(l *link) {
	n.logger().Info("connected", slog.String("node", l.peer.Name()), slog.Any("address", l.conn.RemoteAddr()))
	for _, s := range l.stale {
		n.answerStale(s.to, s.env)
	}
	n.watchers.tell(n, NodeUp{Node: l.peer.Name(), Creation: l.peer.Creation()})
	go l.run() // ended by the loss of the connection; Close waits for it
}

// endAttemptLocked ends p's attempt: with a link, or with an error.
func (n *Node) endAttemptLocked(p *peer, l *link, err error) {
	a := p.attempt
	p.attempt = nil
	a.link, a.err, a.signals = l, err, nil
	a.cancel()
	close(a.done)
}

// failAttemptLocked ends p's attempt without a link. Signals that waited for it
// come back as noconnection, from another goroutine: the caller holds mu.
func (n *Node) failAttemptLocked(p *peer, err error) {
	lost := p.attempt.signals
	n.endAttemptLocked(p, nil, err)
	if len(lost) == 0 {
		return
	}
	n.wg.Go(func() { // ends by itself; Close waits for it
		for _, s := range lost {
			n.bounce(s)
		}
	})
}

// bounce gives the sender of a signal that could not be sent what a lost connection
// would have given him.
func (n *Node) bounce(s outgoing) {
	switch s.env.Kind {
	case signal.Link:
		n.noConnection(s.env.From, signal.Envelope{Kind: signal.LinkExit, From: s.to.PID})
	case signal.Monitor, signal.Call:
		n.noConnection(s.env.From, signal.Envelope{Kind: signal.DownSignal, From: s.to.PID, Ref: s.env.Ref})
	}
}

// noConnection delivers env, with reason noconnection, to a process of this node.
func (n *Node) noConnection(to pid.PID, env signal.Envelope) {
	env.Reason = signal.NoConnection
	n.arrive(to.ID(), arrival{env: env})
}

// linkGone is the edge from connected to idle. All that follows from the loss has
// happened.
func (n *Node) linkGone(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.peers[l.peer.Name()]
	p.link = nil
	n.publishLocked()
	if time.Since(l.begun) > n.cfg.HeartbeatInterval {
		p.failures = 0 // it was a good connection: a send may dial at once
	} else {
		n.delayLocked(p)
	}
	if p.wanted && !n.closed {
		n.delayLocked(p) // all who have lost the same node would dial at once
		n.keepLocked(p)
	}
}

// delayLocked sets when p may be dialled again, after a failure or a loss.
func (n *Node) delayLocked(p *peer) time.Duration {
	delay := n.cfg.MaxBackoff
	if p.failures < 30 {
		delay = min(delay, n.cfg.MinBackoff<<p.failures)
	}
	delay = delay/2 + rand.N(delay/2+1)
	p.failures++
	p.retryAt = time.Now().Add(delay)
	return delay
}

// keepLocked makes a node that is wanted be dialled again when its time has come,
// and again until it is connected.
func (n *Node) keepLocked(p *peer) {
	if p.keeping {
		return
	}
	p.keeping = true
	wait := time.Until(p.retryAt)
	n.wg.Go(func() { // bounded by MaxBackoff; Close ends it and waits for it
		n.pause(wait)
		n.mu.Lock()
		defer n.mu.Unlock()
		p.keeping = false
		if !n.closed && p.wanted && p.link == nil && p.attempt == nil {
			n.attemptLocked(p)
		}
	})
}

// Nodes returns the names of the nodes that this one is connected to, sorted.
func (n *Node) Nodes() []string {
	return slices.Sorted(maps.Keys(n.routes.Load().byName))
}
