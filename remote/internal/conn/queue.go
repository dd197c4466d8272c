package conn

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

// buffers has the buffers in which frames are built. Frames are built by the
// sending goroutine, outside of the connection's lock: the encoding may run code of the
// program, and senders encode in parallel. A buffer belongs to the goroutine that
// took it until that gives it back; the queue has a copy.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxPooledBytes is the size of the largest buffer worth keeping.
const maxPooledBytes = 256 << 10

func giveBack(b *[]byte, used []byte) {
	if cap(used) <= maxPooledBytes {
		*b = used[:0]
		buffers.Put(b)
	}
}

// queueLocked queues a frame and wakes the writer.
func (c *Conn) queueLocked(frame []byte) {
	c.out = append(c.out, frame...)
	c.wakeLocked()
}

// wakeLocked is called when something was queued. Who writes in the writer's place will
// wake it.
func (c *Conn) wakeLocked() {
	if c.parked && !c.lent {
		c.parked = false
		c.wake.Signal()
	}
	c.countBacklogLocked()
	if len(c.out) > int(c.Config.BacklogBytes) || c.backlog.exceeded() {
		c.endLocked(Overload, errBacklog)
	}
}

var errBacklog = errors.New("the peer asks and does not read the answers")

// countBacklogLocked counts what is queued beyond what messages may fill.
func (c *Conn) countBacklogLocked() {
	if c.state != connClosed {
		c.backlog.set(max(0, int64(c.queuedLocked()-c.Config.QueueBytes)))
	}
}

func (c *Conn) queuedLocked() term.ByteCount { return term.ByteCount(len(c.out) + c.writing) }

// queueing is how a frame waits for room.
type queueing uint8

const (
	wholeFrame    queueing = iota // a message of its own
	firstFragment                 // waits for a short queue
	laterFragment                 // and is never refused
	wholeReply                    // never waits: who cannot take its replies shall hold no server up
)

// A fragment lets the queue become short while it can, so that small messages of
// others wait for a few fragments only. Under a flood of these the queue is never
// short: then, once it has waited for maxShortWaits writes, it is queued like a message.
const (
	fragmentsAhead = 4
	maxShortWaits  = 8
)

// awaitRoomLocked returns nil once the connection is up, the sender alive and room in the
// queue. All three hold in the critical section in which it returns: so nothing of
// a process that has ended, which somebody could know already, is queued.
func (c *Conn) awaitRoomLocked(ctx context.Context, how queueing) error {
	cfg := &c.Config
	for waits := 0; ; waits++ {
		limit := cfg.QueueBytes
		if (how == firstFragment || how == laterFragment) && waits < maxShortWaits && registry.MayWait(ctx) {
			limit = min(limit, fragmentsAhead*cfg.FragmentBytes)
		}
		switch {
		case c.state != connUp && c.cause == Idle:
			return dist.ErrLeaving
		case c.state != connUp:
			return dist.ErrLost
		case ctx.Err() != nil:
			return stopped(ctx)
		case c.queuedLocked() < limit || how == laterFragment && !registry.MayWait(ctx):
			return nil
		case c.refuses(ctx, how) && c.queuedLocked() >= cfg.QueueBytes:
			return dist.ErrBusy
		}
		c.awaitWriteLocked(ctx)
	}
}

// refuses reports whether a frame that finds no room is refused.
func (c *Conn) refuses(ctx context.Context, how queueing) bool {
	switch how {
	case laterFragment:
		return false
	case wholeReply:
		return true
	}
	return c.Config.Refuse || !registry.MayWait(ctx)
}

// awaitWriteLocked waits until the writer has made some room, or ctx or the connection
// ends. It unlocks mu meanwhile.
func (c *Conn) awaitWriteLocked(ctx context.Context) {
	if c.room == nil {
		c.room = make(chan struct{})
	}
	room := c.room
	c.mu.Unlock()
	select {
	case <-room:
	case <-ctx.Done():
	}
	c.mu.Lock()
}

// stopped returns what a send returns whose context has ended.
func stopped(ctx context.Context) error {
	if _, process := ctx.(*runtime.Context); process {
		return runtime.ErrTerminated
	}
	return context.Cause(ctx)
}

// maxWriteBytes is how much is given to the operating system at once: enough to
// carry thousands of small messages, and little enough to see that a slow peer
// makes progress.
const maxWriteBytes = 128 << 10

// write is the writer: it swaps the queue out whole and writes what is there, so
// that one system call carries many frames when there are many, and a message that
// is alone leaves at once.
func (c *Conn) write() {
	ended := false
	defer func() {
		if !ended { // code of the program has ended this goroutine
			c.End(Lost, errors.New("the transport has ended the writer"))
		}
		close(c.written)
	}()
	c.writeAll()
	ended = true
}

func (c *Conn) writeAll() {
	var batch []byte
	for {
		var last bool
		if batch, last = c.takeBatch(batch); batch == nil {
			return
		}
		for rest := batch; len(rest) > 0; {
			n, err := c.stream.Write(rest[:min(len(rest), maxWriteBytes)])
			if err != nil {
				c.End(Lost, err)
				return
			}
			rest = rest[n:]
			c.wrote(n)
		}
		if last {
			return
		}
	}
}

// takeBatch waits for something to write. It gives spare, written by now, to the
// queue. last tells that nothing will follow; nil that the connection is closed.
func (c *Conn) takeBatch(spare []byte) (batch []byte, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.lent || len(c.out) == 0 && c.state == connUp {
		c.parked = true
		c.wake.Wait()
	}
	c.parked = false
	if c.state == connClosed || len(c.out) == 0 {
		return nil, true
	}
	if cap(spare) > 2*int(c.Config.QueueBytes) {
		spare = nil // it had to hold a flood once
	}
	batch, c.out = c.out, spare[:0]
	c.writing, c.writeAt = len(batch), time.Now()
	return batch, c.state == connClosing
}

// wrote takes note of n bytes that the operating system has taken.
func (c *Conn) wrote(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wroteLocked(n)
}

// wroteLocked is wrote for who holds mu.
func (c *Conn) wroteLocked(n int) {
	c.writing -= n
	c.countBacklogLocked()
	c.sentSize += uint64(n)
	c.writeAt = time.Now()
	// Not as soon as there is some room: the first of many senders would fill it again,
	// and all of them would have been woken for that.
	if c.room != nil && c.queuedLocked() <= c.Config.QueueBytes/2 {
		close(c.room)
		c.room = nil
	}
}
