package runtime

import (
	"context"
	"slices"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// exitWatch is a context that an exit signal ends which the process traps. Watches
// are few and rare: a list keeps the record of all others small.
type exitWatch struct {
	next   *exitWatch
	from   []pid.PID
	cancel context.CancelCauseFunc // not to be called with a process's mu held
}

// WatchExit returns a context that derives from the process's own and also ends
// when one of the processes from, or the program if that is the zero PID, sends the
// process an exit signal that it traps; the cause is the reason. It is for those
// who trap exits and make blocking calls that are to obey some of them all the
// same. The message comes as always; one that was there before goes unnoticed. stop
// ends the context and gives back what it holds.
func (c *Context) WatchExit(from ...pid.PID) (ctx context.Context, stop context.CancelFunc) {
	p := c.process()
	ctx, cancel := context.WithCancelCause(c)
	w := &exitWatch{nil, slices.Clone(from), cancel}
	p.mu.Lock()
	if p.running() { // else ctx has ended, or will by itself
		r := p.rareLocked()
		w.next, r.exitWatches = r.exitWatches, w
	}
	p.mu.Unlock()
	return ctx, func() {
		p.forgetExitWatch(w)
		cancel(nil)
	}
}

func (p *process) forgetExitWatch(w *exitWatch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec == nil || p.rec.rare == nil {
		return
	}
	for at := &p.rec.rare.exitWatches; *at != nil; at = &(*at).next {
		if *at == w {
			*at = w.next
			return
		}
	}
}

// trappedLocked tells those who watch for exits of from.
func (p *process) trappedLocked(from pid.PID, reason signal.ExitReason) {
	for w := p.rec.rareOf().exitWatches; w != nil; w = w.next {
		if slices.Contains(w.from, from) {
			go w.cancel(reason) // it takes no time, but may take p.mu
		}
	}
}
