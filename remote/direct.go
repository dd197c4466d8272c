package remote

import (
	"net"
	"slices"
	"time"
)

// A sender writes its message itself if the link has been idle for so long. That is less
// than a peer takes to answer, and more than a sender takes from one message of a flood
// to the next: these are for the writer, which puts many into one system call.
const idleEnough = 10 * time.Microsecond

// maxDirectBytes is the longest frame that a sender writes itself.
const maxDirectBytes = 8 << 10

// tryWriter returns what c can be written with without waiting, nil if it cannot.
func tryWriter(c net.Conn) TryWriter {
	if t, ok := c.(TryWriter); ok {
		return t
	}
	return tcpTryWriter(c)
}

// isIdleLocked reports whether nothing is written, or was just now, and nothing waits
// for it.
func (l *link) isIdleLocked(frame []byte) bool {
	return l.parked && !l.lent && len(l.out) == 0 && l.direct != nil &&
		len(frame) <= maxDirectBytes && time.Since(l.writeAt) > idleEnough
}

// writeDirectLocked writes frame in the place of the writer, which sleeps, and unlocks
// mu meanwhile. What is queued in this time is behind frame. What the connection has not
// taken, and what is queued, is left to the writer.
func (l *link) writeDirectLocked(frame []byte) {
	l.lent, l.writing, l.writeAt = true, len(frame), time.Now()
	l.mu.Unlock()
	n := l.direct.TryWrite(frame)
	l.mu.Lock()
	if rest := frame[n:]; len(rest) > 0 {
		l.out = slices.Concat(rest, l.out)
		l.writing = n
	}
	l.lent = false
	l.wroteLocked(n)
	if len(l.out) > 0 || l.state != linkUp {
		l.parked = false
		l.wake.Signal()
	}
}
