package runtimetest

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// watch is told of all that happens on a node: as a tracer of the ends of processes, and
// as a log handler of the reports on them.
type watch struct {
	runtime.NopTracer
	next slog.Handler // nil: none

	mu        sync.Mutex
	functions map[pid.PID]string // guarded by mu; of the processes that live
	reports   map[string]Crash   // guarded by mu; by PID, of those whose end has not been told yet
	crashes   []Crash            // guarded by mu; that nobody has asked for
	allowed   map[pid.PID]bool   // guarded by mu; whose crashes are no news
	sent      map[pid.PID][]Sent // guarded by mu; of the driven servers
	changed   chan struct{}      // guarded by mu; closed, and replaced, when a process has ended
}

var (
	_ runtime.Tracer = (*watch)(nil)
	_ slog.Handler   = (*watch)(nil)
)

func newWatch(logger *slog.Logger) *watch {
	w := &watch{
		functions: make(map[pid.PID]string),
		reports:   make(map[string]Crash),
		allowed:   make(map[pid.PID]bool),
		sent:      make(map[pid.PID][]Sent),
		changed:   make(chan struct{}),
	}
	if logger != nil {
		w.next = logger.Handler()
	}
	return w
}

// Spawned implements runtime.Tracer.
func (w *watch) Spawned(s runtime.Spawned) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.functions[s.PID] = s.Function
}

// Exited implements runtime.Tracer.
func (w *watch) Exited(e runtime.Exited) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.functions, e.PID)
	if e.Crashed && !w.allowed[e.PID] {
		c := w.reports[e.PID.String()]
		c.PID, c.Reason = e.PID, e.Reason
		w.crashes = append(w.crashes, c)
	}
	delete(w.reports, e.PID.String())
	w.tellLocked()
}

// Sent implements runtime.Tracer.
func (w *watch) Sent(from pid.PID, to pid.Address, m runtime.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, driven := w.sent[from]; driven {
		w.sent[from] = append(w.sent[from], Sent{To: to, Value: m.Value()})
	}
}

func (w *watch) tellLocked() {
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *watch) function(p pid.PID) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.functions[p]
}

// allow makes the crash of a process no news.
func (w *watch) allow(p pid.PID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed[p] = true
}

// drive makes what a process sends be kept, until it is taken.
func (w *watch) drive(p pid.PID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent[p] = nil
}

func (w *watch) takeSent(p pid.PID) []Sent {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.sent[p]
	w.sent[p] = nil
	return all
}

// left returns the crashes that nobody has asked for.
func (w *watch) left() []Crash {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.crashes)
}

func (w *watch) takeCrash(timeout time.Duration) (c Crash, ok bool) {
	w.waitUntil(timeout, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.crashes) > 0 {
			c, ok = w.crashes[0], true
			w.crashes = w.crashes[1:]
		}
		return ok
	})
	return c, ok
}

// waitUntil returns when is reports true, which is asked whenever a process has ended, or
// when the time is over.
func (w *watch) waitUntil(timeout time.Duration, is func() bool) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		w.mu.Lock()
		changed := w.changed
		w.mu.Unlock()
		if is() {
			return
		}
		select {
		case <-changed:
		case <-timer.C:
			return
		}
	}
}

// Enabled implements slog.Handler.
func (w *watch) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler: it keeps what a crash report says until the end of the
// process is told, which follows in the same goroutine.
func (w *watch) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		w.keep(r)
	}
	if w.next == nil || !w.next.Enabled(ctx, r.Level) {
		return nil
	}
	return w.next.Handle(ctx, r)
}

func (w *watch) keep(r slog.Record) {
	var c Crash
	p := ""
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "pid" {
			p = a.Value.String()
		}
		c.set(a.Key, a.Value.String())
		return true
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reports[p] = c
}

// WithAttrs implements slog.Handler. The runtime's logger does not use it.
func (w *watch) WithAttrs([]slog.Attr) slog.Handler { return w }

// WithGroup implements slog.Handler. The runtime's logger does not use it.
func (w *watch) WithGroup(string) slog.Handler { return w }
