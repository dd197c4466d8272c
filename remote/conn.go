package remote

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/internal/direct"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

// conn is the connection to one start of another node, from welcome to loss. Two
// goroutines serve it: the writer, in whose place a sender may write, and the reader,
// which also ends it.
//
// State machine (only these edges; each is one method):
//
//	up --finish, goodbye read--> closing --written, or end--> closed
//	 '----------------------- end ---------------------------^
type conn struct {
	*common
	owner  owner
	peer   pid.NodeID
	stream net.Conn // bottom, or TLS over it
	bottom *stream
	begun  time.Time

	// relations owns what crosses the connection. It is set once, under mu, before the
	// goroutines run; who has found the connection in the routes may find nil.
	relations *dist.Peer

	accepted bool   // the peer has dialled
	access   Access // what the peer may do here

	wanted  atomic.Bool // peer.wanted, for idle
	leaving atomic.Bool // it is closing because it is idle: senders wait for the next one

	mu       sync.Mutex
	state    connState     // guarded by mu
	cause    DownCause     // guarded by mu; why it is not up
	err      error         // guarded by mu; the same in detail
	out      []byte        // guarded by mu; frames that wait for the writer
	writing  int           // guarded by mu; bytes that the writer is about to write
	writeAt  time.Time     // guarded by mu; when something was last written or begun to be
	parked   bool          // guarded by mu; the writer waits for out
	wake     *sync.Cond    // L is &mu; for the writer
	direct   direct.Writer // for senders that write themselves; nil: they cannot
	lent     bool          // guarded by mu; a sender writes in the writer's place
	room     chan struct{} // guarded by mu; closed when the queue has room; nil if nobody waits
	sent     uint64        // guarded by mu; messages
	sentSize uint64        // guarded by mu; bytes

	asked     asked           // guarded by mu; requests without an answer
	held      map[uint64]gate // guarded by mu; processes that wait for a release
	torn      bool            // guarded by mu; tearDown has taken all of these
	heartbeat heartbeat       // guarded by mu
	questions questions       // guarded by mu

	// What it has of the node's budgets; set under mu.
	backlog, heldSpawns share

	large chan struct{} // capacity 1; held by who sends in fragments

	inbound               // the reader's own
	closed  chan struct{} // closed when it is connClosed
	written chan struct{} // closed when the writer has ended
	gone    chan struct{} // closed when all that follows from the loss has happened
}

// inbound is what the reader keeps. Others read the atomics.
type inbound struct {
	reads     atomic.Uint64 // how often something was read
	paused    atomic.Bool   // the reader waits for room instead of reading
	signals   atomic.Uint64 // other frames, without pings and what tells of idleness
	size      atomic.Uint64 // bytes
	roundTrip atomic.Int64  // of the last ping; 0 before
	in        incoming
	decoder   *term.MessageDecoder
	hungArgs  hung // decoding of arguments of spawns
	assembly  assembly
	warned    atomic.Int64 // when something undecodable was last reported, in Unix seconds
}

// owner is what a conn asks of the node that made it. The reader calls it.
type owner interface {
	// request acts on a request of the peer. whole tells that it came in fragments: then f
	// does not change. An error ends the connection.
	request(c *conn, f *wire.Frame, whole bool) error
	// lost sees to what follows when the connection is over, and all that had arrived has
	// been acted on. held are processes of the peer's that wait for a release.
	lost(c *conn, held map[uint64]gate, cause DownCause, err error)
}

// common is what a node and all its conns have in common.
type common struct {
	self    pid.NodeID
	cfg     Config
	limits  term.Limits
	budgets budgets
	log     journal
	ctx     context.Context // ends when the node has been closed
	wg      sync.WaitGroup  // all goroutines of the node

	hungSources, hungTLS, hungNames hung // of TLSSource, what a TLS handshake calls, and VerifyName
}

type connState uint8

const (
	connUp connState = iota
	connClosing
	connClosed
)

// newConn makes a connection whose first bytes are first.
func newConn(o owner, all *common, h *handshake, id pid.NodeID, first []byte) *conn {
	c := &conn{
		common:  all,
		owner:   o,
		peer:    id,
		stream:  h.stream,
		bottom:  h.bottom,
		access:  h.access,
		begun:   time.Now(),
		out:     first,
		large:   make(chan struct{}, 1),
		closed:  make(chan struct{}),
		written: make(chan struct{}),
		gone:    make(chan struct{}),
	}
	c.wake = sync.NewCond(&c.mu)
	c.bottom.resumes.Store(true)
	c.direct = directWriter(c.stream)
	c.assembly.of, c.backlog.of = all.budgets.fragments, all.budgets.backlog
	c.heldSpawns.of = all.budgets.held
	c.in.buf = make([]byte, minReadBytes)
	c.decoder = term.NewMessageDecoder(all.limits)
	return c
}

// run serves the connection until it is lost, and then sees to all that follows.
func (c *conn) run() {
	c.startHeartbeat()
	go c.write() // ended by the loss, and by closing; tearDown waits for it
	c.serve()
}

// serve runs the reader. The program's code runs there in the transport only, and may end
// the goroutine: then the connection is lost.
func (c *conn) serve() {
	defer c.wg.Done()
	defer func() {
		c.in = incoming{}
		c.tearDown()
	}()
	c.read()
}

func (c *conn) setRelations(p *dist.Peer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.relations = p
}

// end ends the connection at once. What is queued is lost.
func (c *conn) end(cause DownCause, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endLocked(cause, err)
}

func (c *conn) endLocked(cause DownCause, err error) {
	if c.state == connClosed {
		return
	}
	c.leaveUpLocked(cause, err)
	c.state = connClosed
	c.heartbeat.stop()
	c.wake.Signal()
	close(c.closed)
	_ = c.bottom.Close() // the reader gets an error and tears down
}

// leaveUpLocked takes note of why, the first time, and sends senders away who wait.
func (c *conn) leaveUpLocked(cause DownCause, err error) {
	if c.state != connUp {
		return
	}
	c.cause, c.err = cause, err
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
}

// finish ends the connection in order: what is queued is written, then a goodbye; then
// the peer has CloseTimeout to do the same.
func (c *conn) finish(code goodbye, cause DownCause) { c.finishWith(code, code.text(), cause, nil) }

func (c *conn) finishWith(code goodbye, text string, cause DownCause, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finishLocked(code, text, cause, err)
}

func (c *conn) finishLocked(code goodbye, text string, cause DownCause, err error) {
	if c.state != connUp {
		return
	}
	c.leaveUpLocked(cause, err)
	c.state = connClosing
	c.leaving.Store(cause == CauseIdle)
	c.out = wire.AppendNotice(c.out, wire.Goodbye, uint64(code), text)
	c.wake.Signal()
	c.heartbeat.stop()
	c.heartbeat.timer = time.AfterFunc(c.cfg.CloseTimeout, func() {
		c.end(CauseLost, errors.New("the peer did not close in time"))
	})
}

// tearDown does all that follows from the loss, in the reader's goroutine: what has
// arrived before has been acted on.
func (c *conn) tearDown() {
	c.end(CauseLost, nil)
	<-c.written
	c.mu.Lock()
	cause, err := c.cause, c.err
	asked, held := c.asked.take(), c.held
	c.out, c.held, c.torn = nil, nil, true
	c.heldSpawns.set(0)
	c.backlog.set(0)
	c.assembly.clear()
	c.mu.Unlock()

	c.relations.Down(err)
	asked.fail(ErrLost)
	c.owner.lost(c, held, cause, err)
	close(c.gone)
}

// local returns the PID of a process of this node.
func (c *conn) local(id uint64) pid.PID { return pid.New(c.self, id) }

// remote returns the PID of a process of the peer, the zero PID for 0.
func (c *conn) remote(id uint64) pid.PID {
	if id == 0 {
		return pid.PID{}
	}
	return pid.New(c.peer, id)
}
