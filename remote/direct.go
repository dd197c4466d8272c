package remote

import (
	"net"
	"slices"
	"time"
)

// A sender writes its message itself if the connection has been idle for so long. That is less
// than a peer takes to answer, and more than a sender takes from one message of a flood
// to the next: these are for the writer, which puts many into one system call.
const idleEnough = 10 * time.Microsecond

// maxDirectBytes is the longest frame that a sender writes itself.
const maxDirectBytes = 8 << 10

// tryWriter returns what c can be written with without waiting, nil if it cannot.
func tryWriter(c net.Conn) TryWriter {
	if s, ok := c.(*stream); ok {
		c = s.Conn
	}
	if t, ok := c.(TryWriter); ok {
		return safeTryWriter{t}
	}
	return tcpTryWriter(c)
}

// safeTryWriter is a TryWriter of the program. If it panics nothing was written, and it
// never has written more than there was.
type safeTryWriter struct{ TryWriter }

// TryWrite implements [TryWriter].
func (w safeTryWriter) TryWrite(b []byte) (written int) {
	var err error
	defer failed(&err)
	return min(max(w.TryWriter.TryWrite(b), 0), len(b))
}

// isIdleLocked reports whether nothing is written, or was just now, and nothing waits
// for it.
func (c *conn) isIdleLocked(frame []byte) bool {
	return c.parked && !c.lent && len(c.out) == 0 && c.direct != nil &&
		len(frame) <= maxDirectBytes && time.Since(c.writeAt) > idleEnough
}

// writeDirectLocked writes frame in the place of the writer, which sleeps, and unlocks
// mu meanwhile. What is queued in this time is behind frame. What the connection has not
// taken, and what is queued, is left to the writer.
func (c *conn) writeDirectLocked(frame []byte) {
	c.lent, c.writing, c.writeAt = true, len(frame), time.Now()
	c.mu.Unlock()
	n := 0
	defer func() { c.wroteDirect(frame, n) }() // also if TryWrite ends the sender's goroutine
	n = c.direct.TryWrite(frame)
}

// wroteDirect locks mu again after n bytes of frame were written.
func (c *conn) wroteDirect(frame []byte, n int) {
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
