package conn

import (
	"errors"
	"time"
)

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
