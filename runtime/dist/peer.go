package dist

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// Peer is one start of another node while a connection to it is up: the relations that
// cross the connection, which are what is ended when it is lost. All goroutines may
// share it; but In, Message and Flush are for the one that reads.
type Peer struct {
	port     *Port
	id       pid.NodeID
	carrier  Carrier
	features Features

	mu       sync.Mutex
	falling  bool              // guarded by mu; Down has begun
	over     bool              // guarded by mu; Down has taken all relations to be ended
	links    links             // guarded by mu
	watching map[pid.Ref]watch // guarded by mu; monitors and calls of our processes; nil: none
	watched  map[pid.Ref]watch // guarded by mu; monitors and calls of the peer's; nil: none
	unlinks  uint64            // guarded by mu; the number of our last unlink

	batch    batch    // the reader's own
	overflow overflow // messages that wait in full mailboxes
	decoding decoding // signals that wait for one to be decoded
	waiting  waiting  // the bytes of both

	received atomic.Uint64 // messages
	dropped  atomic.Uint64 // messages that nobody got
	warned   atomic.Int64  // when something undecodable was last reported, in Unix seconds

	related share // links, monitors and calls; set under mu

	flushed chan struct{} // closed when nothing of the node's queue is under way any more
	down    chan struct{} // closed when all that follows from the loss has happened
}

// watch is a monitor or a call.
type watch struct {
	local, remote uint64 // the two processes; remote is 0 if it is known by its name only
	name          string // by which the watched process was named, if it was
}

// Up tells that a connection is proven and up. It first ends one to the same name that has
// not been ended, as [Peer.Down] does. What waited for the node goes first. Up must not be
// called with a lock held that [Dialler.Dial] takes; the caller calls In only once Up has
// returned.
func (p *Port) Up(id pid.NodeID, c Carrier, f Features) *Peer {
	peer := &Peer{port: p, id: id, carrier: c, features: f, flushed: make(chan struct{}), down: make(chan struct{})}
	peer.waiting.of, peer.waiting.limit = p.waiting, int64(p.cfg.WaitingBytes)
	peer.related.of, peer.decoding.hung.of = p.related, p.hung
	for old := p.enter(peer); old != nil; old = p.enter(peer) {
		old.carrier.Close(ErrReplaced)
		old.Down(ErrReplaced)
		<-old.down // somebody else may have called it before
	}
	if peer.published() {
		close(peer.flushed)
		return peer
	}
	go func() { // ends with the queue, or with the connection; Down waits for it
		defer close(peer.flushed)
		for !peer.flush(context.Background()) {
		}
	}()
	return peer
}

// enter makes peer the one of its name, or returns the one that is in its place.
func (p *Port) enter(peer *Peer) (old *Peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.nodes[peer.id.Name()]
	if n == nil {
		n = &node{}
		p.nodes[peer.id.Name()] = n
	}
	if n.up != nil {
		return n.up
	}
	n.up = peer
	return nil
}

// published makes the peer known to senders unless something waits for it, and reports
// whether it is.
func (p *Peer) published() bool {
	p.port.mu.Lock()
	defer p.port.mu.Unlock()
	return p.publishedLocked()
}

func (p *Peer) publishedLocked() bool {
	n := p.port.nodes[p.id.Name()]
	if len(n.queue) > 0 {
		return false
	}
	n.queueing = false
	n.takeQueueLocked()
	p.port.publishLocked()
	return true
}

// flush sends what waits for the peer and reports whether nothing waits any more: then
// senders find the peer by themselves.
func (p *Peer) flush(ctx context.Context) (done bool) {
	p.port.mu.Lock()
	if p.publishedLocked() {
		p.port.mu.Unlock()
		return true
	}
	n := p.port.nodes[p.id.Name()]
	queue := n.takeQueueLocked()
	p.port.mu.Unlock()
	for _, o := range queue {
		switch err := p.sendQueued(ctx, o); {
		case err == nil:
		case mayBeLost(o.env.Kind):
			p.port.lost(o.to, o.env, err)
		default:
			p.port.bounce(o, signal.NoConnection)
		}
	}
	return false
}

// Node returns the peer's identity.
func (p *Peer) Node() pid.NodeID { return p.id }

// Features returns what the peer came up with.
func (p *Peer) Features() Features { return p.features }

// Relations returns how many links, monitors and calls cross the connection. It takes no
// lock.
func (p *Peer) Relations() int { return int(p.related.held.Load()) }

// unlock ends a critical section in which relations may have changed.
func (p *Peer) unlock() {
	p.related.set(int64(len(p.links.of) + len(p.watching) + len(p.watched)))
	p.mu.Unlock()
}

// isOverloaded reports whether the peer may not begin another relation.
func (p *Peer) isOverloaded() bool {
	return p.Relations() >= p.port.cfg.MaxRelations || p.related.exceeded()
}

// Received returns how many messages have arrived.
func (p *Peer) Received() uint64 { return p.received.Load() }

// Dropped returns how many of them nobody got.
func (p *Peer) Dropped() uint64 { return p.dropped.Load() }

// decodeGrace is how long Down waits for what is being decoded.
const decodeGrace = time.Second

// Down tells that the connection is gone and that all that has arrived over it was given
// to In. Each link, monitor and call that crosses it ends with noconnection, once; the
// peer's own are forgotten. When Down has returned another connection to the same name
// may come up. A second Down waits for the first; one that is late does nothing to a
// connection that has come up since.
func (p *Peer) Down(_ error) {
	if !p.takeDown() {
		<-p.down
		return
	}
	defer close(p.down)
	p.decoding.end(p, decodeGrace)
	for _, then := range p.endRelations() {
		then()
	}
	<-p.flushed // the carrier takes nothing any more
	p.vacate()
}

// takeDown reports whether the caller is the first one of Down.
func (p *Peer) takeDown() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := !p.falling
	p.falling = true
	return first
}

// vacate takes the peer out of its node's place. If something waits already for the next
// connection, that is dialled.
func (p *Peer) vacate() {
	if !p.takeOut() {
		return
	}
	if err := p.port.dialler.Dial(p.id.Name()); err != nil {
		p.port.Failed(p.id.Name(), err)
	}
}

func (p *Peer) takeOut() (dial bool) {
	p.port.mu.Lock()
	defer p.port.mu.Unlock()
	n := p.port.nodes[p.id.Name()]
	n.up = nil
	n.queueing = len(n.queue) > 0
	if !n.queueing {
		n.takeQueueLocked()
		delete(p.port.nodes, p.id.Name())
	}
	p.port.publishLocked()
	return n.queueing
}

// endRelations ends all relations and returns what follows from that: it may make
// processes send, and so cannot be done with mu held.
func (p *Peer) endRelations() (consequences []func()) {
	p.mu.Lock()
	defer p.unlock()
	p.over = true
	for between, e := range p.links.of {
		if e.linked {
			p.overflow.admit(between)
			consequences = appendIf(consequences, p.port.inlet.LinkExit(p.local(between.local), p.remote(between.remote), signal.NoConnection))
		}
	}
	for ref, w := range p.watching {
		p.overflow.admit(pair{w.local, w.remote})
		_ = p.port.inlet.Deliver(p.local(w.local), signal.Envelope{
			Kind: signal.DownSignal, From: p.remote(w.remote), Ref: ref, Reason: signal.NoConnection,
		})
	}
	for ref, w := range p.watched {
		local, from := p.local(w.local), p.remote(w.remote)
		consequences = append(consequences, func() {
			_ = p.port.inlet.Deliver(local, signal.Envelope{Kind: signal.Demonitor, From: from, Ref: ref})
		})
	}
	p.links, p.watching, p.watched = links{}, nil, nil
	return consequences
}

func appendIf(list []func(), f func()) []func() {
	if f == nil {
		return list
	}
	return append(list, f)
}

// local returns the PID of a process of this node.
func (p *Peer) local(id uint64) pid.PID { return pid.New(p.port.self, id) }

// remote returns the PID of a process of the peer, the zero PID for 0.
func (p *Peer) remote(id uint64) pid.PID {
	if id == 0 {
		return pid.PID{}
	}
	return pid.New(p.id, id)
}
