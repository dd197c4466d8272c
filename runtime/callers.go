package runtime

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// numCallers is among how many callers the calls of the program are spread, so that
// they seldom wait for each other.
const numCallers = 16

// callers are in whose name the program calls. To all who know its PID a caller is a
// process that is Dead: it cannot be linked to, monitored, sent to or ended, and it is
// in no list. All that it has is a table of calls, so that a reply finds its way.
type callers struct {
	once sync.Once
	all  [numCallers]*process // set by once; for as long as the runtime
	n    atomic.Int32         // how many of them are in the registry
}

// caller returns one of them.
func (rt *Runtime) caller() *process {
	rt.callers.once.Do(func() {
		for i := range rt.callers.all {
			rt.callers.all[i] = rt.newCaller()
		}
	})
	return rt.callers.all[rand.Uint32()%numCallers]
}

func (rt *Runtime) newCaller() *process {
	p := &process{rt: rt, id: rt.node.NextPID().ID(), origin: callsOnly, started: time.Since(rt.birth), dying: true}
	p.box.Discard()
	p.state.Store(uint32(Dead))
	rt.callers.n.Add(1)
	_ = rt.registry.Register(p.pid(), p) // the PID is fresh
	return p
}

// endCalls ends the calls of the program and stops what they have left running.
func (rt *Runtime) endCalls() {
	if rt.callers.n.Load() == 0 {
		return
	}
	for _, p := range rt.callers.all {
		p.mu.Lock()
		p.failCallsLocked(ErrStopped)
		if r := p.rec; r != nil {
			r.freeCall.stopTimer()
			r.freeCall = nil
		}
		p.mu.Unlock()
	}
}

// mayCall reports whether p can make calls.
func (p *process) mayCall() bool { return p.running() || p.isCaller() }

func (p *process) isCaller() bool { return p.origin&callsOnly != 0 }
