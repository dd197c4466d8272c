package runtime

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/internal/text"
)

// Run runs body as a process in the calling goroutine and returns once it has ended:
// nil if the reason is normal, else the reason. It is for main functions, tests and
// goroutines that are to take part for a while; code that only calls and sends needs
// no process, see [NewContext].
//
// The process's [Context] derives from ctx: it has its values and its deadline. When
// ctx ends, the process gets an exit signal with reason shutdown, and what then fails,
// Run too, returns an error that is both [signal.Shutdown] and the cause of ctx.
//
// A panic of the body, or a call of runtime.Goexit as by the FailNow of a test, ends
// the process and then goes on in the calling goroutine. Hibernate waits in it.
func (rt *Runtime) Run(ctx context.Context, body Body) error {
	p, _, err := rt.prepare(nil, &SpawnOptions{origin: originIn(ctx)}, body)
	if err != nil {
		return err
	}
	p.deriveFrom(ctx)
	stop := context.AfterFunc(ctx, func() { rt.exit(p, pid.PID{}, signal.Shutdown) })
	defer stop()
	if p.runHere(body) {
		rt.reap(p)
	}
	reason, err := ProcessHandle{p}.Wait(context.Background()) // a kill may tell others from elsewhere
	switch {
	case err != nil || reason.IsNormal():
		return err
	case reason == signal.Shutdown && ctx.Err() != nil:
		return causedBy(reason, context.Cause(ctx))
	}
	return reason
}

// originIn returns what a process's origin says of its context if that derives from ctx.
func originIn(ctx context.Context) origin {
	if callsBoundedBy(ctx) {
		return derived | boundsCalls
	}
	return derived
}

// deriveFrom makes p's context one that derives from ctx. The body has yet to start.
func (p *process) deriveFrom(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rareLocked().base = ctx
}

// runHere is runBody in a goroutine that is not p's own.
//
//go:noinline
func (p *process) runHere(body Body) (reap bool) {
	over := false
	defer p.endHere(&over)
	for p.running() {
		err := body((*Context)(p))
		h, sleeps := err.(*hibernation)
		if !sleeps {
			reason := signal.ReasonOf(err)
			over = true
			return p.end(ending{reason: reason, body: body})
		}
		p.sleepHere()
		body = h.next
	}
	over = true
	return p.end(ending{reason: signal.Normal})
}

// endHere ends p because its body has not returned, and lets what ended it go on.
func (p *process) endHere(over *bool) {
	if *over {
		return
	}
	e := ending{reason: goexitReason, quiet: true}
	r := recover()
	defer func() {
		if p.end(e) {
			p.rt.reap(p)
		}
		if r != nil {
			panic(r)
		}
	}()
	if r != nil {
		e.reason = signal.Error(text.Panic(r))
	}
}

// sleepHere is sleep that waits.
func (p *process) sleepHere() {
	p.mu.Lock()
	if !p.running() {
		p.mu.Unlock()
		return
	}
	p.asleep, p.goroutine = true, false
	p.shedLocked()
	p.mu.Unlock()
	woken := make(chan struct{})
	if p.box.Notify(func() { close(woken) }) {
		<-woken // mail, or the end of p, closes it
	}
	p.wake()
}

// endedBy is the reason of an exit signal, and what has led to it.
type endedBy struct {
	reason signal.ExitReason
	cause  error
}

func causedBy(reason signal.ExitReason, cause error) error {
	if cause == nil || cause == error(reason) {
		return reason
	}
	return &endedBy{reason, cause}
}

// Error implements error.
func (e *endedBy) Error() string {
	return e.reason.String() + ": " + text.Error(e.cause, text.MaxReportBytes)
}

// Unwrap returns both.
func (e *endedBy) Unwrap() []error { return []error{e.reason, e.cause} }
