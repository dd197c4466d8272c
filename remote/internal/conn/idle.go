package conn

import (
	"time"

	"github.com/starlang-go/starlang/remote/internal/wire"
)

// noteIdleLocked is called at each tick of the heartbeat. Once the connection has been idle
// for IdleTimeout it proposes to the peer to end it.
func (c *Conn) noteIdleLocked(step time.Duration) {
	h := &c.heartbeat
	used := c.relations.Received() + c.signals.Load() + c.sentSize + uint64(c.queuedLocked()) - h.pings
	if used != h.used || c.isNeededLocked() {
		h.used, h.idle = used, 0
		return
	}
	if h.idle += step; h.idle >= c.Config.IdleTimeout {
		h.idle = c.Config.IdleTimeout / 2
		before := len(c.out)
		c.out = wire.AppendBare(c.out, wire.Idle)
		h.pings += uint64(len(c.out) - before)
		c.wakeLocked()
	}
}

// isNeededLocked reports whether something of this node needs the connection.
func (c *Conn) isNeededLocked() bool {
	return c.wanted.Load() || c.relations.Relations()+len(c.asked)+len(c.held)+c.questions.open > 0 || c.relations.Waiting() > 0
}

// idleIn is called when the peer does not need the connection. If nobody here does, it ends.
func (c *Conn) idleIn() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.isNeededLocked() && c.heartbeat.idle >= c.Config.IdleTimeout/2 {
		c.finishLocked(GoodbyeIdle, GoodbyeIdle.text(), Idle, nil)
	}
}
