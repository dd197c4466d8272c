package runtime

import (
	"runtime/debug"

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
	p.labelGoroutine(body)
	if p.runBody(body) {
		p.rt.reap(p)
	}
}

// runBody runs body, and what it goes on with after a sleep. It reports whether p is
// to be reaped.
func (p *process) runBody(body Body) (reap bool) {
	over := false
	defer p.endUnlessOver(&body, &over)
	for p.running() { // an exit signal may have come before the first instruction
		err := body((*Context)(p))
		h, sleeps := err.(*hibernation)
		if !sleeps {
			err, refused := unwrapRefusal(err)
			reason := signal.ReasonOf(err) // may call what the program wrote
			over = true
			return p.end(ending{reason: reason, body: body, refused: refused})
		}
		if p.sleep(h.next) {
			over = true
			return false
		}
		body = h.next
	}
	over = true
	return p.end(ending{reason: signal.Normal})
}

// endUnlessOver turns every end of a body that is no return into an exit reason. It is
// deferred by runBody, so that it can recover.
func (p *process) endUnlessOver(body *Body, over *bool) {
	if *over {
		return
	}
	e := ending{reason: goexitReason, body: *body}
	defer func() { // also if the text of what was panicked calls Goexit
		if p.end(e) {
			p.rt.reap(p) // run may not get to it
		}
	}()
	if r := recover(); r != nil {
		e.stack = debug.Stack()
		e.reason = signal.Error(text.Panic(r))
	}
}

var goexitReason = signal.Error("goexit: the body called runtime.Goexit")

// report reports a crash. A log handler that calls Goexit takes the goroutine along, but
// not what is still to be done for p.
func (p *process) report(e ending) {
	reported := false
	defer func() {
		if !reported {
			p.rt.reap(p)
		}
	}()
	p.rt.reportCrash(p, e)
	reported = true
}

// ending is how a body has ended.
type ending struct {
	reason  signal.ExitReason
	body    Body
	stack   []byte // of a panic
	refused bool   // it was not ready yet: see Context.SpawnAck
	quiet   bool   // whoever is to know is told in another way than by a report
}

// end makes p Exiting because its body has ended, and reports whether it is to be
// reaped. If an exit signal came before, that one's reason stays. A zombie only leaves
// the list.
func (p *process) end(e ending) (reap bool) {
	p.mu.Lock()
	p.goroutine = false
	byItself, zombie := p.running(), p.dying
	if byItself {
		if e.reason != signal.Normal {
			p.recordLocked().reason = e.reason
		}
		p.leaveRunningLocked()
	}
	crashed := !e.quiet && (byItself && e.reason.IsFailure() || e.stack != nil)
	if crashed && byItself {
		p.beginGraceLocked() // should the log handler hang
	}
	p.mu.Unlock()
	if zombie {
		p.letGo() // of what the body has kept itself busy with until now
		p.rt.zombies.remove(p)
		return false
	}
	if crashed {
		p.report(e)
	}
	return true
}
