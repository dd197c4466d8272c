package remote

import (
	"context"
	"sync"
	"time"

	"github.com/starlang-go/starlang/runtime"
)

// buffers has the buffers in which frames are built. Frames are built by the
// sending goroutine, outside of the link's lock: the encoding may run code of the
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
func (l *link) queueLocked(frame []byte) {
	l.out = append(l.out, frame...)
	l.wakeLocked()
}

// wakeLocked is called when something was queued. Who writes in the writer's place will
// wake it.
func (l *link) wakeLocked() {
	if l.parked && !l.lent {
		l.parked = false
		l.wake.Signal()
	}
	if len(l.out) > int(l.node.cfg.BacklogBytes) {
		l.endLocked(CauseOverload, errBacklog)
	}
}

func (l *link) queuedLocked() ByteCount { return ByteCount(len(l.out) + l.writing) }

// queueing is how a frame waits for room.
type queueing uint8

const (
	wholeFrame    queueing = iota // a message of its own
	firstFragment                 // waits for a short queue
	laterFragment                 // and is never refused
)

// A fragment lets the queue become short while it can, so that small messages of
// others wait for a few fragments only. Under a flood of these the queue is never
// short: then, once it has waited for patience writes, it is queued like a message.
const (
	fragmentsAhead = 4
	patience       = 8
)

// awaitRoomLocked returns nil once the link is up, the sender alive and room in the
// queue. All three hold in the critical section in which it returns: so nothing of
// a process that has ended, which somebody could know already, is queued.
func (l *link) awaitRoomLocked(ctx context.Context, how queueing) error {
	cfg := &l.node.cfg
	for waits := 0; ; waits++ {
		limit := cfg.QueueBytes
		if how != wholeFrame && waits < patience {
			limit = min(limit, fragmentsAhead*cfg.FragmentBytes)
		}
		switch {
		case l.state != linkUp:
			return ErrLost
		case ctx.Err() != nil:
			return stopped(ctx)
		case l.queuedLocked() < limit:
			return nil
		case cfg.WhenFull == Refuse && how != laterFragment && l.queuedLocked() >= cfg.QueueBytes:
			return ErrBusy
		}
		l.awaitWriteLocked(ctx)
	}
}

// awaitWriteLocked waits until the writer has made some room, or ctx or the link
// ends. It unlocks mu meanwhile.
func (l *link) awaitWriteLocked(ctx context.Context) {
	if l.room == nil {
		l.room = make(chan struct{})
	}
	room := l.room
	l.mu.Unlock()
	select {
	case <-room:
	case <-ctx.Done():
	}
	l.mu.Lock()
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
func (l *link) write() {
	defer close(l.written)
	var batch []byte
	for {
		var last bool
		if batch, last = l.takeBatch(batch); batch == nil {
			return
		}
		for rest := batch; len(rest) > 0; {
			n, err := l.conn.Write(rest[:min(len(rest), maxWriteBytes)])
			if err != nil {
				l.end(CauseLost, err)
				return
			}
			rest = rest[n:]
			l.wrote(n)
		}
		if last {
			return
		}
	}
}

// takeBatch waits for something to write. It gives spare, written by now, to the
// queue. last tells that nothing will follow; nil that the link is closed.
func (l *link) takeBatch(spare []byte) (batch []byte, last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.lent || len(l.out) == 0 && l.state == linkUp {
		l.parked = true
		l.wake.Wait()
	}
	l.parked = false
	if l.state == linkClosed || len(l.out) == 0 {
		return nil, true
	}
	if cap(spare) > 2*int(l.node.cfg.QueueBytes) {
		spare = nil // it had to hold a flood once
	}
	batch, l.out = l.out, spare[:0]
	l.writing, l.writeAt = len(batch), time.Now()
	return batch, l.state == linkClosing
}

// wrote takes note of n bytes that the operating system has taken.
func (l *link) wrote(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wroteLocked(n)
}

// wroteLocked is wrote for who holds mu.
func (l *link) wroteLocked(n int) {
	l.writing -= n
	l.sentSize += uint64(n)
	l.writeAt = time.Now()
	// Not as soon as there is some room: the first of many senders would fill it again,
	// and all of them would have been woken for that.
	if l.room != nil && l.queuedLocked() <= l.node.cfg.QueueBytes/2 {
		close(l.room)
		l.room = nil
	}
}
