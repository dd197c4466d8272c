package conn

import (
	"time"
)

// What follows is for the tests of module remote, which cannot stop the program that they
// are.

// StandStill makes the connection believe that the program has stood still for d, until now.
func (c *Conn) StandStill(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heartbeat.last = c.heartbeat.last.Add(-d)
	c.writeAt = c.writeAt.Add(-d)
}

// ForgivesAfter reports whether a deadline for reading that has passed is put off if the
// program has stood still until a tick that came so long ago.
func (c *Conn) ForgivesAfter(d time.Duration) bool {
	c.mu.Lock()
	tick := time.Now().Add(-d)
	c.heartbeat.last = tick.Add(-time.Minute)
	c.heartbeat.late, c.heartbeat.forgiven = time.Time{}, 0
	c.extendLocked(tick)
	c.mu.Unlock()
	return c.forgive()
}

// IsPaused reports whether nothing is read because too much waits.
func (c *Conn) IsPaused() bool { return c.paused.Load() }
