package conn

import (
	"time"

	"github.com/starlang-go/starlang/term"
)

// Stats is a snapshot of a connection.
type Stats struct {
	BytesIn, BytesOut       uint64 // out: handed to the operating system
	MessagesIn, MessagesOut uint64
	Queue                   term.ByteCount // sent, and not yet handed to the operating system
	Waiting                 term.ByteCount // arrived, and waiting for room in a mailbox or to be decoded
	Relations               int            // links, monitors and calls that cross it
	Dropped                 uint64         // arrived, and nobody was there to get it, or it could not be decoded
	RoundTrip               time.Duration  // of the last heartbeat; 0 before the first
	Up                      time.Duration
}

// Stats returns a snapshot.
func (c *Conn) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Stats{
		BytesIn:     c.size.Load(),
		BytesOut:    c.sentSize,
		MessagesOut: c.sent,
		Queue:       c.queuedLocked(),
		RoundTrip:   time.Duration(c.roundTrip.Load()),
		Up:          time.Since(c.begun),
	}
	if r := c.relations; r != nil {
		s.MessagesIn, s.Waiting, s.Relations, s.Dropped = r.Received(), r.Waiting(), r.Relations(), r.Dropped()
	}
	return s
}
