package conn

import (
	"fmt"
	"time"

	"github.com/starlang-go/starlang/remote/internal/wire"
)

func (c *Conn) startHeartbeat() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != connUp {
		return
	}
	now := time.Now()
	c.heartbeat.last = now
	_ = c.stream.SetReadDeadline(now.Add(2 * c.Config.HeartbeatInterval))
	c.pingLocked(now)
	c.heartbeat.timer = time.AfterFunc(c.tickEvery(), c.beat)
}

func (c *Conn) tickEvery() time.Duration { return c.Config.HeartbeatInterval / ticksPerInterval }

// beat is called by the timer.
func (c *Conn) beat() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != connUp {
		return
	}
	now := time.Now()
	step := min(now.Sub(c.heartbeat.last), c.tickEvery())
	switch {
	case c.stalledLocked(now, step):
		c.endLocked(Stalled, fmt.Errorf("the peer has taken not a byte for %s", c.Config.StallTimeout))
		return
	case c.assembly.isLate(now, c.Config.FragmentTimeout):
		c.finishLocked(GoodbyeOverload, errFragmentsLate.Error(), Overload, errFragmentsLate)
		return
	}
	c.noteIdleLocked(step)
	c.extendLocked(now)
	if c.heartbeat.tick++; c.heartbeat.tick%ticksPerInterval == 0 {
		c.pingLocked(now)
	}
	c.heartbeat.timer.Reset(c.tickEvery())
}

// stalledLocked reports whether the peer has taken nothing for too long. A write that goes
// on tells only at its end how much was taken; so a deadline interrupts one that has told
// of nothing since the last tick. The stream then goes on with the rest.
func (c *Conn) stalledLocked(now time.Time, step time.Duration) bool {
	h := &c.heartbeat
	taken := c.bottom.taken.Load() + int64(c.sentSize)
	if c.writing == 0 || taken != h.taken {
		h.taken, h.stalled = taken, 0
		return false
	}
	h.stalled += step
	_ = c.bottom.SetWriteDeadline(now)
	return h.stalled >= c.Config.StallTimeout
}

// extendLocked moves the deadline for reading if the peer has shown life, or if it
// is we who do not read.
func (c *Conn) extendLocked(now time.Time) {
	h := &c.heartbeat
	if reads := c.reads.Load(); reads != h.reads || c.paused.Load() {
		h.reads = reads
		_ = c.stream.SetReadDeadline(h.last.Add(2 * c.Config.HeartbeatInterval))
	}
	c.noteLateLocked(now)
	h.last = now
}

// noteLateLocked finds out whether the tick that is due is late.
func (c *Conn) noteLateLocked(now time.Time) {
	if now.Sub(c.heartbeat.last) > 2*c.tickEvery() {
		c.heartbeat.late = now
	}
}

// forgive puts a deadline off that has passed, and reports true, if it may be our
// own fault that it has.
func (c *Conn) forgive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, now, interval := &c.heartbeat, time.Now(), c.Config.HeartbeatInterval
	c.noteLateLocked(now)
	chance := c.reads.Load() + 1
	if c.state != connUp || h.forgiven == chance || now.Sub(h.late) > interval {
		return false
	}
	h.late, h.last, h.forgiven = time.Time{}, now, chance
	return c.stream.SetReadDeadline(now.Add(interval)) == nil
}

func (c *Conn) pingLocked(now time.Time) {
	c.heartbeat.number++
	c.heartbeat.pinged = now
	c.queuePingLocked(wire.Ping, c.heartbeat.number)
}

// queuePingLocked queues a ping or pong. These are no use of the connection.
func (c *Conn) queuePingLocked(kind wire.Kind, number uint64) {
	before := len(c.out)
	c.out = wire.AppendPing(c.out, kind, number)
	c.heartbeat.pings += uint64(len(c.out) - before)
	c.wakeLocked()
}

// pong takes note of the answer to a ping.
func (c *Conn) pong(number uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := &c.heartbeat
	h.answered = max(h.answered, min(number, h.number))
	if number == h.number && !h.pinged.IsZero() {
		c.roundTrip.Store(int64(time.Since(h.pinged)))
		h.pinged = time.Time{}
	}
}

// probeSteps is how often probe looks whether the peer lives.
const probeSteps = 20

// probeBytes is how much is read beyond the bound, in all probes of a connection that does
// not read because too much waits: about what lies in the buffers of two operating systems.
const probeBytes = 16 << 20

// Probe reports whether the peer shows life within d. It pings, and the pong counts, or
// anything else that arrives while the connection reads. If it did not, then what is
// read now may have been sent long ago, and only the pong counts.
func (c *Conn) Probe(d time.Duration) bool {
	before := c.reads.Load()
	c.mu.Lock()
	if c.state == connUp {
		c.pingLocked(time.Now())
	}
	number, relations := c.heartbeat.number, c.relations
	c.mu.Unlock()
	onlyPong := c.paused.Load()
	if relations != nil {
		relations.AllowBeyond(probeBytes)
		defer relations.AllowBeyond(0)
	}
	ticker := time.NewTicker(d / probeSteps)
	defer ticker.Stop()
	for range probeSteps {
		select {
		case <-c.gone:
			return false
		case <-ticker.C:
		}
		if c.hasAnswered(number) || !onlyPong && c.reads.Load() != before {
			return c.IsUp()
		}
	}
	return false
}

func (c *Conn) hasAnswered(ping uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heartbeat.answered >= ping
}

func (c *Conn) IsUp() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state == connUp
}
