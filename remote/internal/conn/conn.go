package conn

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/internal/direct"
	"github.com/starlang-go/starlang/remote/internal/guard"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

// Conn is the connection to one start of another node, from welcome to loss. Two
// goroutines serve it: the writer, in whose place a sender may write, and the reader,
// which also ends it.
//
// State machine (only these edges; each is one method):
//
//	up --Finish, goodbye read--> closing --written, or End--> closed
//	 '----------------------- End ---------------------------^
type Conn struct {
	*Shared
	peer   pid.NodeID
	stream net.Conn // bottom, or TLS over it
	bottom *Stream
	begun  time.Time

	// relations owns what crosses the connection. It is set once, under mu, before the
	// goroutines run; who has found the connection in the routes may find nil.
	relations *dist.Peer

	hidden bool // the peer is none of the network's nodes: it may do what an observer may

	wanted  atomic.Bool // the program keeps it up; for idle
	leaving atomic.Bool // it is closing because it is idle: senders wait for the next one

	mu       sync.Mutex
	state    connState     // guarded by mu
	cause    Cause         // guarded by mu; why it is not up
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

	asked     asked             // guarded by mu; requests without an answer
	held      map[uint64]func() // guarded by mu; releases the processes that wait for that
	torn      bool              // guarded by mu; tearDown has taken all of these
	heartbeat heartbeat         // guarded by mu
	questions questions         // guarded by mu

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
	hungArgs  guard.Hung // decoding of arguments of spawns
	assembly  assembly
	warned    atomic.Int64 // when something undecodable was last reported, in Unix seconds
}

// Owner is what a connection asks of the node that made it. The reader calls it.
type Owner interface {
	// Request acts on a request of the peer. whole tells that it came in fragments: then f
	// does not change. An error ends the connection.
	Request(c *Conn, f *wire.Frame, whole bool) error
	// Lost sees to what follows when the connection is over, and all that had arrived has
	// been acted on. held are the processes of this node that the peer has not released.
	Lost(c *Conn, held []uint64, cause Cause, err error)
}

// Config bounds a connection. All of it is as in the Config of package remote.
type Config struct {
	QueueBytes, BacklogBytes, FragmentBytes, MaxMessageBytes term.ByteCount

	MaxHeldSpawns, MaxHungDecoders int

	Refuse bool // WhenFull

	HeartbeatInterval, StallTimeout, FragmentTimeout, DecodeTimeout, IdleTimeout, CloseTimeout time.Duration
}

// Shared is what all connections of a node have in common.
type Shared struct {
	Self    pid.NodeID
	Config  Config
	Limits  term.Limits
	Budgets Budgets
	Owner   Owner
	Log     Logger
	Ctx     context.Context // ends when the node has been closed
	Tasks   *sync.WaitGroup // all goroutines of the node
}

// Logger takes lines of the log. It does not wait for who writes them.
type Logger interface {
	Warn(text string, attrs ...slog.Attr)
}

type connState uint8

const (
	connUp connState = iota
	connClosing
	connClosed
)

// Peer returns who the connection leads to.
func (c *Conn) Peer() pid.NodeID { return c.peer }

// Begun returns when the connection came up.
func (c *Conn) Begun() time.Time { return c.begun }

// RemoteAddr returns the peer's address.
func (c *Conn) RemoteAddr() net.Addr { return c.stream.RemoteAddr() }

// SetWanted says whether the program wants the connection kept up, also while it is idle.
func (c *Conn) SetWanted(wanted bool) { c.wanted.Store(wanted) }

// Leaving reports whether the connection is being closed because it was idle: who has
// something to send takes the next one.
func (c *Conn) Leaving() bool { return c.leaving.Load() }

// Gone returns a channel that is closed when all that follows from the loss has happened.
func (c *Conn) Gone() <-chan struct{} { return c.gone }

// Charge counts bytes, of what waits to be decoded, as waiting.
func (c *Conn) Charge(n term.ByteCount) { c.relations.Charge(n) }

// Overload ends the connection in order because the peer has asked for too much.
func (c *Conn) Overload(err error) { c.finishWith(GoodbyeOverload, err.Error(), Overload, err) }

// SetRelations sets who owns what crosses the connection, once, before [Conn.Run].
func (c *Conn) SetRelations(p *dist.Peer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.relations = p
}

// End ends the connection at once. What is queued is lost.
func (c *Conn) End(cause Cause, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endLocked(cause, err)
}

func (c *Conn) endLocked(cause Cause, err error) {
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
func (c *Conn) leaveUpLocked(cause Cause, err error) {
	if c.state != connUp {
		return
	}
	c.cause, c.err = cause, err
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
}

// Finish ends the connection in order: what is queued is written, then a goodbye; then
// the peer has CloseTimeout to do the same.
func (c *Conn) Finish(code Goodbye, cause Cause) { c.finishWith(code, code.text(), cause, nil) }

func (c *Conn) finishWith(code Goodbye, text string, cause Cause, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finishLocked(code, text, cause, err)
}

func (c *Conn) finishLocked(code Goodbye, text string, cause Cause, err error) {
	if c.state != connUp {
		return
	}
	c.leaveUpLocked(cause, err)
	c.state = connClosing
	c.leaving.Store(cause == Idle)
	c.out = wire.AppendNotice(c.out, wire.Goodbye, uint64(code), text)
	c.wake.Signal()
	c.heartbeat.stop()
	c.heartbeat.timer = time.AfterFunc(c.Config.CloseTimeout, func() {
		c.End(Lost, errors.New("the peer did not close in time"))
	})
}

// Local returns the PID of a process of this node.
func (c *Conn) Local(id uint64) pid.PID { return pid.New(c.Self, id) }

// Remote returns the PID of a process of the peer, the zero PID for 0.
func (c *Conn) Remote(id uint64) pid.PID {
	if id == 0 {
		return pid.PID{}
	}
	return pid.New(c.peer, id)
}
