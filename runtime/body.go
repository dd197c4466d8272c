package runtime

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
)

// ending is how a body came to its end.
type ending struct {
	returned bool
	asleep   bool
	err      error
}

// run is the process's goroutine. It stays on the stack all the time, which is
// how a zombie's stack is found: see stackOf.
//
//go:noinline
func (p *process) run(body Body) {
	var e ending
	defer p.finish(&e)
	for p.running() { // an exit signal may have come before the first instruction
		err := body((*Context)(p))
		h, sleeps := err.(*hibernation)
		if !sleeps {
			e.returned, e.err = true, err
			return
		}
		if p.sleep(h.next) {
			e.asleep = true
			return
		}
		body = h.next
	}
	e.returned = true
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

// finish is the one place where a body's end, however it came, becomes an exit
// reason. It is deferred by run, so that it can recover.
func (p *process) finish(e *ending) {
	if e.asleep {
		return
	}
	var stack []byte
	reason := signal.Error("goexit: the body called runtime.Goexit")
	defer func() { p.end(reason, stack) }() // also if the text of an error calls Goexit
	if e.returned {
		reason = signal.ReasonOf(e.err)
	} else if r := recover(); r != nil {
		stack = debug.Stack()
		reason = signal.Error(fmt.Sprintf("panic: %v", r))
	}
}

// end makes p Dead because its body has ended. If an exit signal came before,
// that one's reason stays. A zombie only leaves the list.
func (p *process) end(reason signal.ExitReason, stack []byte) {
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
		return
	}
	if crashed {
		p.rt.reportCrash(p, reason, stack)
	}
	p.rt.reap(p)
}
