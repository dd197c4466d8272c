package runtime

import (
	"iter"
	"math"
	"time"

	"github.com/starlang-go/starlang/pid"
)

// Brief is what there is to say of a process without looking further: enough to find
// the one among a million that is of interest. See [Runtime.InfoN] for more.
type Brief struct {
	PID         pid.PID
	Parent      pid.PID // who has spawned it; zero: the program
	Received    uint64  // messages received so far
	Age         time.Duration
	QueueLen    uint32 // messages in the mailbox, or the largest number that fits
	State       State
	Behaviour   Behaviour
	Hibernating bool
	TrapExit    bool
}

// Brief iterates over all processes that are not Dead, in no order. It allocates nothing
// for a process.
func (rt *Runtime) Brief() iter.Seq[Brief] {
	return func(yield func(Brief) bool) {
		for _, p := range rt.registry.All() {
			if b := p.brief(); b.State != Dead && !yield(b) {
				return
			}
		}
	}
}

func (p *process) brief() Brief {
	b := Brief{
		PID: p.pid(), Parent: p.parentPID(), Received: p.box.Taken(), Age: p.rt.Uptime() - p.started,
		QueueLen: uint32(min(uint64(p.box.Len()), math.MaxUint32)), Behaviour: p.behaviour(),
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	b.State, b.Hibernating, b.TrapExit = p.stateNow(), p.asleep, p.trap
	return b
}
