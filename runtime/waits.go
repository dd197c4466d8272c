package runtime

import (
	"iter"
	"time"

	"github.com/starlang-go/starlang/pid"
)

// Wait is a call that waits for its reply: who waits for whom. A circle of them ends
// only by a timeout.
type Wait struct {
	Caller pid.PID       // zero: the program, see [NewContext]
	To     pid.Address   // as it was called
	Callee pid.PID       // who that is now; zero if it is on another node, or gone
	Ref    pid.Ref       // of this one call
	Age    time.Duration // up to an eighth of [Config].CallTimeout too old
}

// Waits iterates over the calls that wait at this moment, in no order. Each process is
// looked at when it is its turn.
func (rt *Runtime) Waits() iter.Seq[Wait] {
	return func(yield func(Wait) bool) {
		var buf []Wait
		for _, p := range rt.registry.All() {
			buf = p.appendWaits(buf[:0])
			for _, w := range buf {
				w.Callee = rt.calleeOf(w.To)
				if !yield(w) {
					return
				}
			}
		}
	}
}

func (p *process) appendWaits(to []Wait) []Wait {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec == nil {
		return to
	}
	now := instant(p.rt.Uptime())
	for ref, w := range p.rec.calls.all() {
		wait := Wait{To: w.to, Ref: ref, Age: time.Duration(now - w.when.begun)}
		if !p.isCaller() {
			wait.Caller = p.pid()
		}
		to = append(to, wait)
	}
	return to
}

// calleeOf returns who is at an address of this node.
func (rt *Runtime) calleeOf(to pid.Address) pid.PID {
	switch {
	case to.PID.IsZero() && !to.Name.IsRemote(rt.node.ID()):
		p, _ := rt.registry.Whereis(to.Name.Name)
		return p
	case rt.IsAlive(to.PID):
		return to.PID
	}
	return pid.PID{}
}
