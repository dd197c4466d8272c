package runtime

import (
	"runtime/debug"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/internal/text"
)

// run is the process's goroutine. It stays on the stack all the time, which is
// how a zombie's stack is found: see stackOf. What follows a body's end, up to telling
// others, is called from here and not from deeper below: so it fits into the stack that
// a goroutine has from the start.
//
//go:noinline
func (p *process) run(body Body) {
	if p.runBody(body) {
		p.rt.reap(p)
	}
}

// runBody runs body, and what it goes on with after a sleep. It reports whether p is
// to be reaped.
func (p *process) runBody(body Body) (reap bool) {
	over := false
	defer p.endUnlessOver(&over)
	for p.running() { // an exit signal may have come before the first instruction
		err := body((*Context)(p))
		h, sleeps := err.(*hibernation)
		if !sleeps {
			reason := signal.ReasonOf(err) // may call what the program wrote
			over = true
			return p.end(reason, nil)
		}
		if p.sleep(h.next) {
			over = true
			return false
		}
		body = h.next
	}
	over = true
	return p.end(signal.Normal, nil)
}

// endUnlessOver turns every end of a body that is no return into an exit reason. It is
// deferred by runBody, so that it can recover.
func (p *process) endUnlessOver(over *bool) {
	if *over {
		return
	}
	var stack []byte
	reason := signal.Error("goexit: the body called runtime.Goexit")
	defer func() { // also if the text of what was panicked calls Goexit
		if p.end(reason, stack) {
			p.rt.reap(p) // run may not get to it
		}
	}()
	if r := recover(); r != nil {
		stack = debug.Stack()
		reason = signal.Error(text.Panic(r))
	}
}

// runHere is run in a goroutine that goes on afterwards, even after Goexit was
// called in the body.
func (p *process) runHere(body Body) {
	done := make(chan struct{})
	go func() { // ends with the body; we wait for it here
		defer close(done)
		p.run(body)
	}()
	<-done
}

// end makes p Exiting because its body has ended, and reports whether it is to be
// reaped. If an exit signal came before, that one's reason stays. A zombie only leaves
// the list.
func (p *process) end(reason signal.ExitReason, stack []byte) (reap bool) {
	p.mu.Lock()
	p.goroutine = false
	byItself, zombie := p.running(), p.dying
	if byItself {
		if reason != signal.Normal {
			p.recordLocked().reason = reason
		}
		p.leaveRunningLocked()
	}
	crashed := byItself && reason.IsFailure() || stack != nil
	if crashed && byItself {
		p.rec.graceEnd = time.AfterFunc(p.graceLocked(), p.graceOver) // should the log handler hang
	}
	p.mu.Unlock()
	if zombie {
		p.rt.zombies.remove(p)
		return false
	}
	if crashed {
		p.rt.reportCrash(p, reason, stack)
	}
	return true
}
