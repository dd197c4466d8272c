package conn

import (
	"net"
	"slices"
	"time"

	"github.com/starlang-go/starlang/remote/internal/direct"
)

// A sender writes its message itself if the connection has been idle for so long. That is less
// than a peer takes to answer, and more than a sender takes from one message of a flood
// to the next: these are for the writer, which puts many into one system call.
const idleEnough = 10 * time.Microsecond

// maxDirectBytes is the longest frame that a sender writes itself.
const maxDirectBytes = 8 << 10

// DirectWriter returns what senders may write to c with, nil if they may not: TCP, and what
// else this module has itself.
func DirectWriter(c net.Conn) direct.Writer {
	if s, ok := c.(*Stream); ok {
		c = s.Conn
	}
	if w, ok := c.(direct.Writer); ok {
		return w
	}
	return tcpWriter(c)
}

// isIdleLocked reports whether nothing is written, or was just now, and nothing waits
// for it.
func (c *Conn) isIdleLocked(frame []byte) bool {
	return c.parked && !c.lent && len(c.out) == 0 && c.direct != nil &&
		len(frame) <= maxDirectBytes && time.Since(c.writeAt) > idleEnough
}

// writeDirectLocked writes frame in the place of the writer, which sleeps, and unlocks
// mu meanwhile. What is queued in this time is behind frame. What the connection has not
// taken, and what is queued, is left to the writer.
func (c *Conn) writeDirectLocked(frame []byte) {
	c.lent, c.writing, c.writeAt = true, len(frame), time.Now()
	c.mu.Unlock()
	c.wroteDirect(frame, int(c.direct.TryWrite(frame)))
}

// wroteDirect locks mu again after n bytes of frame were written.
func (c *Conn) wroteDirect(frame []byte, n int) {
	c.mu.Lock()
	if rest := frame[n:]; len(rest) > 0 {
		c.out = slices.Concat(rest, c.out)
		c.writing = n
	}
	c.lent = false
	c.wroteLocked(n)
	if len(c.out) > 0 || c.state != connUp {
		c.parked = false
		c.wake.Signal()
	}
}
