package runtime

import (
	"time"

	"github.com/starlang-go/starlang/pid"
)

// TraceFlags say of which messages of a process the tracers are told.
type TraceFlags uint8

const (
	TraceSent     TraceFlags = 1 << iota // what it sends
	TraceReceived                        // what it receives
	TraceSpawned                         // what it spawns gets the same flags
	TraceLinked                          // what it links to gets the same flags
)

// SetTraced sets of which messages of a process the tracers are told, and reports whether
// the process is there; 0 ends it. While a process of the runtime is traced, each message
// of every process takes some nanoseconds longer; as long as none is, tracing costs
// nothing.
// Source: OTP, erlang:trace/3.
func (rt *Runtime) SetTraced(p pid.PID, how TraceFlags) bool {
	q, ok := rt.registry.Get(p)
	return ok && q.setTraced(how)
}

func (p *process) setTraced(how TraceFlags) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return false
	}
	was := p.rec.rareOf().traced
	if was == how {
		return true
	}
	p.rareLocked().traced = how
	switch {
	case was == 0:
		p.rt.hooks.traced(1)
	case how == 0:
		p.rt.hooks.traced(-1)
	}
	return true
}

// tracedHow returns p's flags.
func (p *process) tracedHow() TraceFlags {
	if p == nil {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rec.rareOf().traced
}

// traceSent tells of a message from p, if that is traced. It is called before m is
// queued, since afterwards others may tell of what came of it.
func (p *process) traceSent(to pid.Address, m Message) {
	if p.tracedHow()&TraceSent != 0 {
		from := p.pid()
		p.rt.tracers.tell(func(t Tracer) { t.Sent(from, to, m) })
	}
}

func (p *process) traceReceived(m Message) {
	if p.tracedHow()&TraceReceived == 0 {
		return
	}
	me, waited := p.pid(), time.Duration(0)
	if c, _ := m.carried(); c.At != 0 {
		waited = p.rt.Uptime() + 1 - c.At
	}
	p.rt.tracers.tell(func(t Tracer) { t.Received(me, m, waited) })
}

// traceLink tells of a link of p, which to gets p's flags by, if p has TraceLinked.
func (p *process) traceLink(to pid.PID, on bool) {
	if p.rt.tracers.on() {
		p.rt.tracers.tell(func(t Tracer) { t.Linked(p.pid(), to, on) })
	}
	if !on || !p.rt.hooks.trace() {
		return
	}
	if how := p.tracedHow(); how&TraceLinked != 0 {
		p.rt.SetTraced(to, how)
	}
}
