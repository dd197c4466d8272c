package supervisor

import (
	"time"

	"github.com/starlang-go/starlang/pid/signal"
)

// restart is one restart that counts.
type restart struct {
	at     time.Duration // by the supervisor's clock
	time   time.Time     // for people
	child  string
	reason signal.ExitReason
}

// history is the restarts of the last period, the oldest first.
type history struct {
	intensity int
	period    time.Duration
	restarts  []restart
}

// add notes a restart at uptime and reports whether there are not too many of them
// now. One that is exactly a period old still counts. As in OTP the clock shows
// whole seconds; if the period is no number of them, it is exact.
// Source: OTP, supervisor:add_restart/1.
func (h *history) add(uptime time.Duration, r restart) bool {
	r.at = uptime
	if h.period%time.Second == 0 {
		r.at = uptime.Truncate(time.Second)
	}
	old := 0
	for old < len(h.restarts) && h.restarts[old].at < r.at-h.period {
		old++
	}
	h.restarts = append(h.restarts[old:], r)
	return len(h.restarts) <= h.intensity
}
