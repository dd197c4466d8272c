package runtime

import (
	"sync/atomic"

	"github.com/starlang-go/starlang/pid/signal"
)

// counts are what a runtime counts. They are written where something is rare: what is
// not here can be told from them and from what there is.
type counts struct {
	received atomic.Uint64 // messages of processes that are Dead
	crashed  atomic.Uint64
	dropped  atomic.Uint64
	shutdown atomic.Uint64 // ends with reason shutdown, with or without a text
	killed   atomic.Uint64
	failed   atomic.Uint64 // ends with any other reason but normal
}

// Stats are numbers of a runtime since it was made, and of what is there now.
type Stats struct {
	Spawned   uint64 // processes ever spawned
	Normal    uint64 // of these, ended with reason normal
	ShutDown  uint64 // with reason shutdown
	Killed    uint64 // with reason killed
	Failed    uint64 // with any other reason
	Crashed   uint64 // by a failure of their own, not by an exit signal
	Received  uint64 // messages received
	Dropped   uint64 // messages dropped by a bounded mailbox, or lost by a timer or on their way to another node
	Processes int
	Zombies   int
	Names     int // registered names
	Timers    int // running timers
}

// Stats returns the numbers. It looks at each process for a moment, to add up the
// messages received.
func (rt *Runtime) Stats() Stats {
	s := Stats{
		Spawned:   rt.spawned.Load(),
		ShutDown:  rt.counts.shutdown.Load(),
		Killed:    rt.counts.killed.Load(),
		Failed:    rt.counts.failed.Load(),
		Crashed:   rt.counts.crashed.Load(),
		Received:  rt.counts.received.Load(),
		Dropped:   rt.counts.dropped.Load(),
		Processes: rt.Len(),
		Zombies:   rt.ZombieCount(),
		Names:     rt.NameCount(),
		Timers:    rt.timers.running.Size(),
	}
	for _, p := range rt.registry.All() {
		s.Received += p.box.Taken()
	}
	if ended := s.ShutDown + s.Killed + s.Failed + uint64(s.Processes); s.Spawned > ended {
		s.Normal = s.Spawned - ended
	}
	return s
}

// NameCount returns the number of registered names, at little cost.
func (rt *Runtime) NameCount() int { return rt.registry.NameCount() }

// countEnd counts a process that has ended.
func (c *counts) countEnd(reason signal.ExitReason, received uint64) {
	if received > 0 {
		c.received.Add(received)
	}
	switch {
	case reason.IsNormal():
	case reason.IsShutdown():
		c.shutdown.Add(1)
	case reason == signal.Killed:
		c.killed.Add(1)
	default:
		c.failed.Add(1)
	}
}

// Crashed returns how many processes have ended by a failure of their own, at little cost.
func (rt *Runtime) Crashed() uint64 { return rt.counts.crashed.Load() }
