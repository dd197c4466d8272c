package remote

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/term"
)

// link is the connection to one start of another node, from welcome to loss. Two
// goroutines serve it: the writer, in whose place a sender may write, and the reader,
// which also ends it.
//
// State machine (only these edges; each is one method):
//
//	up --finish, goodbye read--> closing --written, or end--> closed
//	 '----------------------- end ---------------------------^
type link struct {
	node  *Node
	peer  pid.NodeID
	conn  net.Conn
	begun time.Time

	mu       sync.Mutex
	state    linkState     // guarded by mu
	cause    DownCause     // guarded by mu; why it is not up
	err      error         // guarded by mu; the same in detail
	out      []byte        // guarded by mu; frames that wait for the writer
	writing  int           // guarded by mu; bytes that the writer is about to write
	writeAt  time.Time     // guarded by mu; when something was last written or begun to be
	parked   bool          // guarded by mu; the writer waits for out
	wake     *sync.Cond    // L is &mu; for the writer
	direct   TryWriter     // for senders that write themselves; nil: conn cannot do that
	lent     bool          // guarded by mu; a sender writes in the writer's place
	room     chan struct{} // guarded by mu; closed when the queue has room; nil if nobody waits
	sent     uint64        // guarded by mu; messages
	sentSize uint64        // guarded by mu; bytes

	relations relations       // guarded by mu
	asked     asked           // guarded by mu; requests without an answer
	held      map[uint64]gate // guarded by mu; processes that wait for a release
	rhythm    rhythm          // guarded by mu

	large chan struct{} // capacity 1; held by who sends in fragments
	stale []outgoing    // what waited for another start of the peer; for announce

	inbound               // the reader's own
	written chan struct{} // closed when the writer has ended
	gone    chan struct{} // closed when all that follows from the loss has happened
}

// inbound is what the reader keeps. Others read the atomics.
type inbound struct {
	reads     atomic.Uint64 // how often something was read
	paused    atomic.Bool   // the reader waits for room instead of reading
	received  atomic.Uint64 // messages
	size      atomic.Uint64 // bytes
	dropped   atomic.Uint64 // messages that nobody got
	roundTrip atomic.Int64  // of the last ping; 0 before
	waiting   waiting
	decoder   *term.MessageDecoder
	batch     batch
	assembly  assembly
	warned    atomic.Int64 // when something undecodable was last reported, in Unix seconds
}

type linkState uint8

const (
	linkUp linkState = iota
	linkClosing
	linkClosed
)

// newLink makes a link whose first bytes are first.
func newLink(n *Node, conn net.Conn, id pid.NodeID, first []byte) *link {
	l := &link{
		node:    n,
		peer:    id,
		conn:    conn,
		begun:   time.Now(),
		out:     first,
		large:   make(chan struct{}, 1),
		written: make(chan struct{}),
		gone:    make(chan struct{}),
	}
	l.wake = sync.NewCond(&l.mu)
	l.direct = tryWriter(conn)
	l.waiting.init()
	l.decoder = term.NewMessageDecoder(n.limits)
	return l
}

// run serves the link until it is lost, and then sees to all that follows.
func (l *link) run() {
	defer l.node.wg.Done()
	l.startRhythm()
	go l.write() // ended by the loss, and by closing; tearDown waits for it
	l.read()
	l.tearDown()
}

// end ends the link at once. What is queued is lost.
func (l *link) end(cause DownCause, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.endLocked(cause, err)
}

func (l *link) endLocked(cause DownCause, err error) {
	if l.state == linkClosed {
		return
	}
	l.leaveUpLocked(cause, err)
	l.state = linkClosed
	l.rhythm.stop()
	l.wake.Signal()
	l.waiting.end()
	_ = rawConn(l.conn).Close() // the reader gets an error and tears down
}

// rawConn returns what is below TLS. Closing that never waits; a TLS connection would
// first try to write, for seconds if the peer takes nothing. Nothing depends on TLS's
// own goodbye, as ours is behind it.
func rawConn(c net.Conn) net.Conn {
	if t, ok := c.(*tls.Conn); ok {
		return t.NetConn()
	}
	return c
}

// leaveUpLocked takes note of why, the first time, and sends senders away who wait.
func (l *link) leaveUpLocked(cause DownCause, err error) {
	if l.state != linkUp {
		return
	}
	l.cause, l.err = cause, err
	if l.room != nil {
		close(l.room)
		l.room = nil
	}
}

// finish ends the link in order: what is queued is written, then a goodbye; then
// the peer has CloseTimeout to do the same.
func (l *link) finish(code goodbye, cause DownCause) { l.finishWith(code, code.text(), cause, nil) }

func (l *link) finishWith(code goodbye, text string, cause DownCause, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != linkUp {
		return
	}
	l.leaveUpLocked(cause, err)
	l.state = linkClosing
	l.out = wire.AppendNotice(l.out, wire.Goodbye, uint64(code), text)
	l.wake.Signal()
	l.rhythm.stop()
	l.rhythm.timer = time.AfterFunc(l.node.cfg.CloseTimeout, func() {
		l.end(CauseLost, errors.New("the peer did not close in time"))
	})
}

// tearDown does all that follows from the loss, in the reader's goroutine: what has
// arrived before has been acted on.
func (l *link) tearDown() {
	l.end(CauseLost, nil)
	<-l.written
	l.mu.Lock()
	cause, err := l.cause, l.err
	lost, asked, held := l.relations.take(), l.asked.take(), l.held
	l.out, l.held = nil, nil
	l.mu.Unlock()

	l.fire(lost)
	asked.fail(ErrLost)
	for _, release := range held {
		close(release)
	}
	text := ""
	if err != nil {
		text = err.Error()
	}
	l.node.logger().Info("disconnected", slog.String("node", l.peer.Name()),
		slog.String("cause", string(cause)), slog.String("detail", text))
	l.node.watchers.tell(l.node, NodeDown{Node: l.peer.Name(), Creation: l.peer.Creation(), Cause: cause, Detail: text})
	l.node.linkGone(l)
	close(l.gone)
}

// fire tells each process of this node whose relation has crossed the link.
func (l *link) fire(lost relations) {
	for p := range lost.links {
		l.node.noConnection(l.local(p.local), signal.Envelope{Kind: signal.LinkExit, From: l.remote(p.remote)})
	}
	for ref, w := range lost.watching {
		l.node.noConnection(l.local(w.local), signal.Envelope{
			Kind: signal.DownSignal, From: l.remote(w.remote.ID), Ref: pid.NewRef(l.node.self, ref),
		})
	}
	for ref, p := range lost.watched {
		l.node.arrive(p.local, arrival{env: signal.Envelope{
			Kind: signal.Demonitor, From: l.remote(p.remote), Ref: pid.NewRef(l.peer, ref),
		}})
	}
}

// local returns the PID of a process of this node.
func (l *link) local(id uint64) pid.PID { return pid.New(l.node.self, id) }

// remote returns the PID of a process of the peer, the zero PID for 0.
func (l *link) remote(id uint64) pid.PID {
	if id == 0 {
		return pid.PID{}
	}
	return pid.New(l.peer, id)
}
