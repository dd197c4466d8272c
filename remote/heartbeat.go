package remote

import (
	"fmt"
	"time"

	"github.com/starlang-go/starlang/remote/internal/wire"
)

// rhythm is the heartbeat of a link: its timer ticks several times in each interval,
// guarded by the link's mu.
//
// The deadline for reading is not set at each read, which would cost more than a
// small message does, but at each tick if something was read since the one before:
// to two intervals after that one. So silence is noticed after more than one and
// three quarters and at most two intervals.
//
// A tick that comes late tells that this program itself was stopped, or starved of
// processor time: then what the peer has sent meanwhile may lie unread, and the
// deadline is put off: once, for what lies there is read at once.
type rhythm struct {
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

func (r *rhythm) stop() {
	if r.timer != nil {
		r.timer.Stop()
	}
}

func (l *link) startRhythm() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != linkUp {
		return
	}
	now := time.Now()
	l.rhythm.last = now
	_ = l.conn.SetReadDeadline(now.Add(2 * l.node.cfg.HeartbeatInterval))
	l.pingLocked(now)
	l.rhythm.timer = time.AfterFunc(l.node.cfg.HeartbeatInterval/ticksPerInterval, l.beat)
}

// beat is called by the timer.
func (l *link) beat() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != linkUp {
		return
	}
	now := time.Now()
	if l.writing > 0 && now.Sub(l.writeAt) > l.node.cfg.StallTimeout {
		l.endLocked(CauseStalled, fmt.Errorf("the peer has taken nothing for %s", l.node.cfg.StallTimeout))
		return
	}
	l.extendLocked(now)
	if l.rhythm.tick++; l.rhythm.tick%ticksPerInterval == 0 {
		l.pingLocked(now)
	}
	l.rhythm.timer.Reset(l.node.cfg.HeartbeatInterval / ticksPerInterval)
}

// extendLocked moves the deadline for reading if the peer has shown life, or if it
// is we who do not read.
func (l *link) extendLocked(now time.Time) {
	r := &l.rhythm
	if reads := l.reads.Load(); reads != r.reads || l.paused.Load() {
		r.reads = reads
		_ = l.conn.SetReadDeadline(r.last.Add(2 * l.node.cfg.HeartbeatInterval))
	}
	l.noteLateLocked(now)
	r.last = now
}

// noteLateLocked finds out whether the tick that is due is late.
func (l *link) noteLateLocked(now time.Time) {
	if now.Sub(l.rhythm.last) > l.node.cfg.HeartbeatInterval/2 {
		l.rhythm.late = now
	}
}

// forgive puts a deadline off that has passed, and reports true, if it may be our
// own fault that it has.
func (l *link) forgive() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, now, interval := &l.rhythm, time.Now(), l.node.cfg.HeartbeatInterval
	l.noteLateLocked(now)
	chance := l.reads.Load() + 1
	if l.state != linkUp || r.spared == chance || now.Sub(r.late) > interval/ticksPerInterval {
		return false
	}
	r.late, r.last, r.spared = time.Time{}, now, chance
	return l.conn.SetReadDeadline(now.Add(interval)) == nil
}

func (l *link) pingLocked(now time.Time) {
	l.rhythm.number++
	l.rhythm.pinged = now
	l.out = wire.AppendPing(l.out, wire.Ping, l.rhythm.number)
	l.wakeLocked()
}

// pong takes note of the answer to a ping.
func (l *link) pong(number uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if number == l.rhythm.number && !l.rhythm.pinged.IsZero() {
		l.roundTrip.Store(int64(time.Since(l.rhythm.pinged)))
		l.rhythm.pinged = time.Time{}
	}
}

// probeSteps is how often probe looks whether something has arrived.
const probeSteps = 20

// probe reports whether the link shows life within d: it pings, and anything that
// arrives counts.
func (l *link) probe(d time.Duration) bool {
	before := l.reads.Load()
	l.mu.Lock()
	if l.state == linkUp {
		l.pingLocked(time.Now())
	}
	l.mu.Unlock()
	ticker := time.NewTicker(d / probeSteps)
	defer ticker.Stop()
	for range probeSteps {
		select {
		case <-l.gone:
			return false
		case <-ticker.C:
		}
		if l.reads.Load() != before || l.paused.Load() {
			return l.isUp()
		}
	}
	return false
}

func (l *link) isUp() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state == linkUp
}
