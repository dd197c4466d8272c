package runtime

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// AckBody is the body of a process that tells its starter when it is ready, by
// replying to starter with [Context.Reply] and any value. Until then it must not
// hibernate.
type AckBody func(ctx *Context, starter From) error

// SpawnAck is [Context.SpawnOpt] that waits until the new process has told that it
// is ready. ctx, which bounds the wait, is the process's own [Context] or derives
// from it.
//
// If the process ends before it is ready, SpawnAck returns a [*SpawnError] with
// the exit reason; if ctx ends first, the process is killed and the error has the
// cause of ctx. After an error nothing is left: no link, no monitor, no Exit and
// no Down in the mailbox. So a failed start is an error and no exit signal, also
// for a process that does not trap exits, unless it was a signal of a third
// process that ended the new one. Source: OTP, proc_lib:start_link/5 and init_ack/2.
func (c *Context) SpawnAck(ctx context.Context, opts SpawnOptions, body AckBody) (pid.PID, pid.Ref, error) {
	p := c.process()
	if body == nil {
		return pid.PID{}, pid.Ref{}, &SpawnError{opts.Name, ErrNilBody}
	}
	w, err := p.startCall(pid.Address{}, p.rt.endlessCallTime())
	if err != nil {
		return pid.PID{}, pid.Ref{}, &SpawnError{opts.Name, err}
	}
	starter := From{p.pid(), w.ref}
	run := func(c *Context) error {
		defer c.unlinkStarter(starter)
		return c.refusal(starter, body(c, starter))
	}
	s := &starting{ctx: ctx}
	opts.starting = s
	q, ref, err := p.rt.prepare(p, &opts, run)
	if err != nil {
		p.finishCall(w.ref, nil, err)
		_, _ = p.awaitAck(ctx, w)
		p.endStart(s, false)
		return pid.PID{}, pid.Ref{}, err
	}
	w.callee = q
	if !q.watchCall(&request{from: starter, caller: p}) {
		p.finishCall(w.ref, nil, ErrNoProc)
	}
	go q.run(run) // as in spawn
	if _, err := p.awaitAck(ctx, w); err != nil {
		c.undoSpawn(q.pid(), ref)
		p.endStart(s, false)
		return pid.PID{}, pid.Ref{}, &SpawnError{opts.Name, err}
	}
	p.endStart(s, true)
	return q.pid(), ref, nil
}

// awaitAck waits for the end of a call until ctx ends.
func (p *process) awaitAck(ctx context.Context, w *call) (any, error) {
	if ctx != context.Context((*Context)(p)) {
		ref := w.ref // w may be used again before the function has run
		stop := context.AfterFunc(ctx, func() { p.finishCall(ref, nil, context.Cause(ctx)) })
		defer stop()
	}
	w.done.Wait() // as in call
	v, err := p.endCall(w)
	if failed, ok := err.(*RuntimeError); ok {
		err = failed.Err // the caller says what it was about
	}
	return v, err
}

// refusal is the error with which a body ended before it was ready. Its starter gets it:
// that is no crash.
type refusal struct{ error }

func unwrapRefusal(err error) (body error, is bool) {
	if r, is := err.(*refusal); is {
		return r.error, true
	}
	return err, false
}

// refusal marks err if the starter still waits.
func (c *Context) refusal(starter From, err error) error {
	q, ok := c.rt.registry.Get(starter.PID)
	if _, sleeps := err.(*hibernation); err == nil || sleeps || !ok || !q.waitsFor(starter.Ref) {
		return err
	}
	return &refusal{err}
}

// unlinkStarter takes the link with a starter away that still waits.
func (c *Context) unlinkStarter(starter From) {
	q, ok := c.rt.registry.Get(starter.PID)
	if ok && q.waitsFor(starter.Ref) {
		_ = c.Unlink(starter.PID) // fails if a signal has ended us: that one is to be seen
	}
}

// waitsFor reports whether p waits for the reply to a call.
func (p *process) waitsFor(ref pid.Ref) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rec != nil && p.rec.calls.has(ref)
}

// undoSpawn makes sure that nothing is left of a process that did not get ready.
func (c *Context) undoSpawn(q pid.PID, ref pid.Ref) {
	_ = c.Unlink(q)
	_ = c.rt.Exit(q, signal.Kill) // in nobody's name: this process may be about to end
	c.Demonitor(ref)
}
