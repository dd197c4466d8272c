package runtime

import (
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// ExitWithin is [Context.Exit] that gives a process of this node at least grace, in place
// of its own exit grace, to return when it has got the signal. It is for those who wait for
// the end and send kill when their own limit is over, as a supervisor does.
func (c *Context) ExitWithin(to pid.PID, reason signal.ExitReason, grace time.Duration) error {
	if q, ok := c.rt.registry.Get(to); ok {
		q.extendGrace(grace)
	}
	return c.Exit(to, reason)
}

// extendGrace makes the grace of a process that is still Running no shorter than d.
func (p *process) extendGrace(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() && p.graceLocked() < d {
		p.recordLocked().grace = d
	}
}
