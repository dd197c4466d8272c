package conn

import (
	"context"
	"errors"
	"sync"

	"github.com/starlang-go/starlang/pid/signal"
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

// enqueueMessage queues the one frame of a message, or writes it.
func (c *Conn) enqueueMessage(ctx context.Context, frame []byte, kind signal.Kind) error {
	how := wholeFrame
	if kind == signal.Reply {
		how = wholeReply
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.awaitRoomLocked(ctx, how); err != nil {
		return err
	}
	c.sent++
	if c.isIdleLocked(frame) {
		c.writeDirectLocked(frame)
	} else {
		c.queueLocked(frame)
	}
	return nil
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
