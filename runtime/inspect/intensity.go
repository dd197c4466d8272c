package inspect

import (
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// maxSupervisors is how many supervisors are remembered that have restarted something
// lately.
const maxSupervisors = 1000

// intensities are how near supervisors are to giving up.
type intensities struct {
	mu sync.Mutex
	of map[pid.PID]*intensity // guarded by mu
}

// intensity is the part of its restarts that a supervisor has used.
type intensity struct {
	last  float64
	most  float64 // since the last look
	until time.Time
}

// note notes a restart. It does not wait for long: a look takes no time to speak of.
func (is *intensities) note(r runtime.Restarted, now time.Time) {
	if r.Intensity <= 0 {
		return
	}
	is.mu.Lock()
	defer is.mu.Unlock()
	i := is.of[r.Supervisor]
	if i == nil {
		if len(is.of) >= maxSupervisors {
			return
		}
		if is.of == nil {
			is.of = make(map[pid.PID]*intensity)
		}
		i = new(intensity)
		is.of[r.Supervisor] = i
	}
	i.last = float64(r.Intensity-r.Left) / float64(r.Intensity)
	i.most, i.until = max(i.most, i.last), now.Add(r.Period)
}

// look adds what there is to say, and forgets supervisors that have not restarted
// anything for as long as restarts count.
func (is *intensities) look(now time.Time, found findings) {
	is.mu.Lock()
	defer is.mu.Unlock()
	for p, i := range is.of {
		if i.most >= restartsOff {
			found.addProcess(AlarmRestarts, p, i.most, i.most >= restartsOn)
		}
		i.most = i.last
		if now.After(i.until) {
			delete(is.of, p)
		}
	}
}
