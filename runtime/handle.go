package runtime

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
)

// ProcessHandle is a process seen from outside, by code that is no process: tests,
// tools, main functions. It is a small value, equal to another handle of the same
// process, and keeps its process's record alive after the end. All goroutines may
// share it. The zero handle must not be used.
type ProcessHandle struct {
	p *process
}

// Process returns a handle of a process that is not Dead.
func (rt *Runtime) Process(p pid.PID) (ProcessHandle, bool) {
	q, ok := rt.registry.Get(p)
	return ProcessHandle{q}, ok && !q.isCaller()
}

// PID returns the process's address.
func (h ProcessHandle) PID() pid.PID { return h.p.pid() }

// Send sends v, as [Runtime.Send] does, without looking the process up.
func (h ProcessHandle) Send(ctx context.Context, v any) error {
	v, err := term.Isolate(v)
	if err != nil {
		return &SendError{To: pid.Address{PID: h.PID()}, Err: err}
	}
	return h.p.accept(ctx, nil, userMessage(v))
}

// SendRaw hands bytes over: the sender must not touch b again.
func (h ProcessHandle) SendRaw(ctx context.Context, b []byte) error {
	return h.p.accept(ctx, nil, rawMessage(b))
}

// Exit sends an exit signal, as [Runtime.Exit] does.
func (h ProcessHandle) Exit(reason signal.ExitReason) { h.p.rt.exit(h.p, pid.PID{}, reason) }

// IsAlive reports whether the process is Running.
func (h ProcessHandle) IsAlive() bool { return h.p.running() }

// TrapsExits reports whether exit signals arrive as messages.
func (h ProcessHandle) TrapsExits() bool { return (*Context)(h.p).IsTrappingExits() }

// Links returns the processes linked with it, sorted.
func (h ProcessHandle) Links() []pid.PID { return h.p.snapshot().Links }

// Monitors returns what it monitors, one entry for each monitor, sorted.
func (h ProcessHandle) Monitors() []pid.Address { return h.p.snapshot().Monitors }

// Info returns a snapshot. It also works when the process is Dead.
func (h ProcessHandle) Info() ProcessState { return h.p.snapshot() }

// ExitReason returns why the process ended, and false if it has not ended yet.
func (h ProcessHandle) ExitReason() (signal.ExitReason, bool) {
	s := h.p.snapshot()
	return s.Reason, s.State == Dead
}

// Wait waits until the process is Dead, and all were told who linked to it or
// monitored it, and returns why it ended, or the cause of ctx if that ends first.
func (h ProcessHandle) Wait(ctx context.Context) (signal.ExitReason, error) {
	if end := h.p.endOfLife(); end != nil {
		select {
		case <-end:
		case <-ctx.Done():
			return signal.ExitReason{}, context.Cause(ctx)
		}
	}
	reason, _ := h.ExitReason()
	return reason, nil
}

// endOfLife returns a channel that is closed when p has told everyone of its end,
// nil if it has.
func (p *process) endOfLife() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stateNow() == Dead && (p.rec == nil || !p.rec.telling) {
		return nil
	}
	r := p.recordLocked()
	if r.waiters == nil {
		r.waiters = make(chan struct{})
	}
	return r.waiters
}
