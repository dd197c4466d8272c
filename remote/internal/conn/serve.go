package conn

import (
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

// New makes the connection to the peer over a stream that is proven: bottom, or TLS over it.
// To hidden ones only what observers may do is done. Unless first is empty, it is written
// before everything else. The connection rests until [Conn.Run].
func New(all *Shared, stream net.Conn, bottom *Stream, peer pid.NodeID, hidden bool, first []byte) *Conn {
	c := &Conn{
		Shared:  all,
		peer:    peer,
		stream:  stream,
		bottom:  bottom,
		hidden:  hidden,
		begun:   time.Now(),
		out:     first,
		large:   make(chan struct{}, 1),
		closed:  make(chan struct{}),
		written: make(chan struct{}),
		gone:    make(chan struct{}),
	}
	c.wake = sync.NewCond(&c.mu)
	c.bottom.resumes.Store(true)
	c.direct = DirectWriter(c.stream)
	c.assembly.of, c.backlog.of = all.Budgets.fragments, all.Budgets.backlog
	c.heldSpawns.of = all.Budgets.held
	c.in.buf = make([]byte, minReadBytes)
	c.decoder = term.NewMessageDecoder(all.Limits)
	return c
}

// Run serves the connection until it is lost, and then sees to all that follows.
func (c *Conn) Run() {
	c.startHeartbeat()
	go c.write() // ended by the loss, and by closing; tearDown waits for it
	c.serve()
}

// serve runs the reader. If the transport ends the goroutine, the connection is lost as by an
// error.
func (c *Conn) serve() {
	defer c.Tasks.Done()
	defer c.tearDown()
	c.read()
}

// tearDown does all that follows from the loss, in the reader's goroutine: what has
// arrived before has been acted on.
func (c *Conn) tearDown() {
	c.End(Lost, nil)
	<-c.written
	c.in = incoming{}
	c.mu.Lock()
	cause, err := c.cause, c.err
	asked, held := c.asked.take(), slices.Collect(maps.Keys(c.held))
	c.out, c.held, c.torn = nil, nil, true
	c.heldSpawns.set(0)
	c.backlog.set(0)
	c.assembly.clear()
	c.mu.Unlock()

	c.relations.Down(err)
	asked.fail(dist.ErrLost)
	c.Owner.Lost(c, held, cause, err)
	close(c.gone)
}
