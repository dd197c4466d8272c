package remote

import (
	"fmt"
	"time"

	"github.com/starlang-go/starlang/remote/internal/wire"
)

// heartbeat is the heartbeat of a conn. Its timer ticks several times in each interval. All is
// guarded by the mu of the conn.
//
// The deadline for reading is not set at each read, which would cost more than a
// small message does, but at each tick if something was read since the one before:
// to two intervals after that one. So silence is noticed after more than one and
// three quarters and at most two intervals.
//
// A tick that comes late tells that this program itself was stopped, or starved of
// processor time: then what the peer has sent meanwhile may lie unread, and the
// deadline is put off: once, for what lies there is read at once.
type heartbeat struct {
	timer  *time.Timer
	tick   int
	reads  uint64 // as of the last tick
	spared uint64 // 1 + reads, as of when the deadline was last put off
	last   time.Time
	late   time.Time // when a tick was last found to be late
	number uint64    // of the last ping
	pinged time.Time // when it was queued; zero once the pong has come
}

// ticksPerInterval divides a heartbeat interval.
const ticksPerInterval = 4

func (r *heartbeat) stop() {
	if r.timer != nil {
		r.timer.Stop()
	}
}

func (c *conn) startHeartbeat() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != connUp {
		return
	}
	now := time.Now()
	c.heartbeat.last = now
	_ = c.stream.SetReadDeadline(now.Add(2 * c.node.cfg.HeartbeatInterval))
	c.pingLocked(now)
	c.heartbeat.timer = time.AfterFunc(c.node.cfg.HeartbeatInterval/ticksPerInterval, c.beat)
}

// beat is called by the timer.
func (c *conn) beat() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != connUp {
		return
	}
	now := time.Now()
	if c.writing > 0 && now.Sub(c.writeAt) > c.node.cfg.StallTimeout {
		c.endLocked(CauseStalled, fmt.Errorf("the peer has taken nothing for %s", c.node.cfg.StallTimeout))
		return
	}
	c.extendLocked(now)
	if c.heartbeat.tick++; c.heartbeat.tick%ticksPerInterval == 0 {
		c.pingLocked(now)
	}
	c.heartbeat.timer.Reset(c.node.cfg.HeartbeatInterval / ticksPerInterval)
}

// extendLocked moves the deadline for reading if the peer has shown life, or if it
// is we who do not read.
func (c *conn) extendLocked(now time.Time) {
	r := &c.heartbeat
	if reads := c.reads.Load(); reads != r.reads || c.paused.Load() {
		r.reads = reads
		_ = c.stream.SetReadDeadline(r.last.Add(2 * c.node.cfg.HeartbeatInterval))
	}
	c.noteLateLocked(now)
	r.last = now
}

// noteLateLocked finds out whether the tick that is due is late.
func (c *conn) noteLateLocked(now time.Time) {
	if now.Sub(c.heartbeat.last) > c.node.cfg.HeartbeatInterval/2 {
		c.heartbeat.late = now
	}
}

// forgive puts a deadline off that has passed, and reports true, if it may be our
// own fault that it has.
func (c *conn) forgive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, now, interval := &c.heartbeat, time.Now(), c.node.cfg.HeartbeatInterval
	c.noteLateLocked(now)
	chance := c.reads.Load() + 1
	if c.state != connUp || r.spared == chance || now.Sub(r.late) > interval/ticksPerInterval {
		return false
	}
	r.late, r.last, r.spared = time.Time{}, now, chance
	return c.stream.SetReadDeadline(now.Add(interval)) == nil
}

func (c *conn) pingLocked(now time.Time) {
	c.heartbeat.number++
	c.heartbeat.pinged = now
	c.out = wire.AppendPing(c.out, wire.Ping, c.heartbeat.number)
	c.wakeLocked()
}

// pong takes note of the answer to a ping.
func (c *conn) pong(number uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if number == c.heartbeat.number && !c.heartbeat.pinged.IsZero() {
		c.roundTrip.Store(int64(time.Since(c.heartbeat.pinged)))
		c.heartbeat.pinged = time.Time{}
	}
}

// probeSteps is how often probe looks whether something has arrived.
const probeSteps = 20

// probe reports whether the connection shows life within d: it pings, and anything that
// arrives counts.
func (c *conn) probe(d time.Duration) bool {
	before := c.reads.Load()
	c.mu.Lock()
	if c.state == connUp {
		c.pingLocked(time.Now())
	}
	c.mu.Unlock()
	ticker := time.NewTicker(d / probeSteps)
	defer ticker.Stop()
	for range probeSteps {
		select {
		case <-c.gone:
			return false
		case <-ticker.C:
		}
		if c.reads.Load() != before || c.paused.Load() {
			return c.isUp()
		}
	}
	return false
}

func (c *conn) isUp() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state == connUp
}
