package conn

import (
	"time"
)

// heartbeat is the heartbeat of a Conn. Its timer ticks several times in each interval. All is
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
