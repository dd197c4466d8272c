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
// When this program itself was stopped, or starved of processor time, a tick comes late.
// What the peer has sent meanwhile may lie unread: so for one interval after a late tick
// the deadline is put off, once, for what lies there is read at once. And every clock
// here counts a late tick as one that came in time.
type heartbeat struct {
	timer    *time.Timer
	tick     int
	last     time.Time // when the timer ticked last
	late     time.Time // when a tick was last found to be late
	reads    uint64    // as of the last tick
	forgiven uint64    // 1 + reads, as of when the deadline was last put off

	taken   int64         // bytes that the stream had taken at the last tick
	stalled time.Duration // for how long it has taken nothing of what there is

	used  uint64        // what had gone over the connection at the last tick
	idle  time.Duration // for how long nothing has, and nothing needs it
	pings uint64        // bytes of pings and pongs that were queued

	number   uint64    // of the last ping
	answered uint64    // number of the last pong
	pinged   time.Time // when the last ping was queued; zero once its pong has come
}

// ticksPerInterval divides a heartbeat interval.
const ticksPerInterval = 4

func (h *heartbeat) stop() {
	if h.timer != nil {
		h.timer.Stop()
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
	_ = c.stream.SetReadDeadline(now.Add(2 * c.cfg.HeartbeatInterval))
	c.pingLocked(now)
	c.heartbeat.timer = time.AfterFunc(c.tickEvery(), c.beat)
}

func (c *conn) tickEvery() time.Duration { return c.cfg.HeartbeatInterval / ticksPerInterval }

// beat is called by the timer.
func (c *conn) beat() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != connUp {
		return
	}
	now := time.Now()
	step := min(now.Sub(c.heartbeat.last), c.tickEvery())
	switch {
	case c.stalledLocked(now, step):
		c.endLocked(CauseStalled, fmt.Errorf("the peer has taken not a byte for %s", c.cfg.StallTimeout))
		return
	case c.assembly.isLate(now, c.cfg.FragmentTimeout):
		c.finishLocked(goodbyeOverload, errFragmentsLate.Error(), CauseOverload, errFragmentsLate)
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
func (c *conn) stalledLocked(now time.Time, step time.Duration) bool {
	h := &c.heartbeat
	taken := c.bottom.taken.Load() + int64(c.sentSize)
	if c.writing == 0 || taken != h.taken {
		h.taken, h.stalled = taken, 0
		return false
	}
	h.stalled += step
	_ = c.bottom.SetWriteDeadline(now)
	return h.stalled >= c.cfg.StallTimeout
}

// extendLocked moves the deadline for reading if the peer has shown life, or if it
// is we who do not read.
func (c *conn) extendLocked(now time.Time) {
	h := &c.heartbeat
	if reads := c.reads.Load(); reads != h.reads || c.paused.Load() {
		h.reads = reads
		_ = c.stream.SetReadDeadline(h.last.Add(2 * c.cfg.HeartbeatInterval))
	}
	c.noteLateLocked(now)
	h.last = now
}

// noteLateLocked finds out whether the tick that is due is late.
func (c *conn) noteLateLocked(now time.Time) {
	if now.Sub(c.heartbeat.last) > 2*c.tickEvery() {
		c.heartbeat.late = now
	}
}

// forgive puts a deadline off that has passed, and reports true, if it may be our
// own fault that it has.
func (c *conn) forgive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, now, interval := &c.heartbeat, time.Now(), c.cfg.HeartbeatInterval
	c.noteLateLocked(now)
	chance := c.reads.Load() + 1
	if c.state != connUp || h.forgiven == chance || now.Sub(h.late) > interval {
		return false
	}
	h.late, h.last, h.forgiven = time.Time{}, now, chance
	return c.stream.SetReadDeadline(now.Add(interval)) == nil
}

func (c *conn) pingLocked(now time.Time) {
	c.heartbeat.number++
	c.heartbeat.pinged = now
	c.queuePingLocked(wire.Ping, c.heartbeat.number)
}

// queuePingLocked queues a ping or pong. These are no use of the connection.
func (c *conn) queuePingLocked(kind wire.Kind, number uint64) {
	before := len(c.out)
	c.out = wire.AppendPing(c.out, kind, number)
	c.heartbeat.pings += uint64(len(c.out) - before)
	c.wakeLocked()
}

// pong takes note of the answer to a ping.
func (c *conn) pong(number uint64) {
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

// probe reports whether the peer shows life within d. It pings, and the pong counts, or
// anything else that arrives while the connection reads. If it did not, then what is
// read now may have been sent long ago, and only the pong counts.
func (c *conn) probe(d time.Duration) bool {
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
			return c.isUp()
		}
	}
	return false
}

func (c *conn) hasAnswered(ping uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heartbeat.answered >= ping
}

func (c *conn) isUp() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state == connUp
}
