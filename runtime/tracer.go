package runtime

import (
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/internal/system"
)

// Tracer is told of what happens on a node. Its methods are called by many goroutines at
// once, none of which is a process's own, while the process waits that does what they are
// told of: they must neither block nor call back. What a message holds may be the process's
// own: it must be neither changed nor kept. One that panics, or calls runtime.Goexit,
// loses the event that it was told of, and nothing else. What one process does is told in
// its order. Embed [NopTracer] to implement a part, and to survive new methods.
type Tracer interface {
	// Spawned is called by the spawner, before the body's first instruction.
	Spawned(Spawned)
	// Started is called before the body's first instruction, also after each sleep.
	Started(ctx *Context)
	// Exited is called when the process's names are free and nobody was told yet. Its
	// links and its name have gone without a word of their own.
	Exited(Exited)
	Linked(a, b pid.PID, on bool)
	// Named tells of registered names.
	Named(p pid.PID, name string, on bool)
	// CallEnded tells of the end of a call that a process, or the program, has made.
	CallEnded(Called)
	Restarted(Restarted)
	// Crashed is called before Exited, also if no report is made of the crash.
	Crashed(Crash)
	// Dropped tells of a message that a bounded mailbox has dropped, or that was lost: by a
	// timer, or because no connection to its node was made in the end, or had room.
	Dropped(to pid.Address, m Message, why error)
	// Sent and Received tell of the messages of processes with SetTraced. waited is
	// how long the message was in the mailbox, 0 if that is not known.
	Sent(from pid.PID, to pid.Address, m Message)
	Received(p pid.PID, m Message, waited time.Duration)
}

// Spawned says how a process has begun.
type Spawned struct {
	PID, Parent pid.PID // Parent is zero if the program has spawned it
	Function    string  // the body's name and place
	Name, Label string
}

// Exited says how a process has ended.
type Exited struct {
	PID      pid.PID
	Name     string // what it was called
	Label    string
	Reason   signal.ExitReason
	Crashed  bool // by a failure of its own, not by an exit signal
	Age      time.Duration
	Received uint64
}

// Called says how a call has ended.
type Called struct {
	From pid.PID // zero: the program
	To   pid.Address
	Took time.Duration
	Type reflect.Type // of the request; nil: it was nil
	Err  error        // nil: it was answered, and not with a server's error
}

// Restarted says that a supervisor has restarted a child.
type Restarted struct {
	Supervisor pid.PID
	Name       string // of the supervisor; set by ReportRestart
	Child      string // its ID
	Old, New   pid.PID
	Reason     signal.ExitReason // why Old ended
	Left       int               // how many restarts the supervisor has left in its period
	Intensity  int               // of how many
	Period     time.Duration
}

// NopTracer is a [Tracer] that does nothing.
type NopTracer struct{}

var _ Tracer = NopTracer{}

func (NopTracer) Spawned(Spawned)                          {}
func (NopTracer) Started(*Context)                         {}
func (NopTracer) Exited(Exited)                            {}
func (NopTracer) Linked(_, _ pid.PID, _ bool)              {}
func (NopTracer) Named(pid.PID, string, bool)              {}
func (NopTracer) CallEnded(Called)                         {}
func (NopTracer) Restarted(Restarted)                      {}
func (NopTracer) Crashed(Crash)                            {}
func (NopTracer) Dropped(pid.Address, Message, error)      {}
func (NopTracer) Sent(pid.PID, pid.Address, Message)       {}
func (NopTracer) Received(pid.PID, Message, time.Duration) {}

// listeners are those who are told of what happens on a runtime: nil if there are none.
// The list is replaced, not changed: who has it goes on with it.
type listeners[T any] struct {
	list atomic.Pointer[[]*T]
}

// AddTracer adds a tracer; remove takes it away again. Calls that are under way may still
// come to it.
func (rt *Runtime) AddTracer(t Tracer) (remove func()) {
	leave := rt.tracers.add(t)
	if _, is := t.(HandleTracer); !is {
		return leave
	}
	rt.hooks.measured(1)
	return sync.OnceFunc(func() {
		rt.hooks.measured(-1)
		leave()
	})
}

func (ls *listeners[T]) add(v T) (remove func()) {
	mine := &v
	ls.change(func(all []*T) []*T { return append(slices.Clone(all), mine) })
	return func() {
		ls.change(func(all []*T) []*T {
			return slices.DeleteFunc(slices.Clone(all), func(v *T) bool { return v == mine })
		})
	}
}

func (ls *listeners[T]) change(f func([]*T) []*T) {
	for {
		old := ls.list.Load()
		var all []*T
		if old != nil {
			all = *old
		}
		all = f(all)
		next := &all
		if len(all) == 0 {
			next = nil
		}
		if ls.list.CompareAndSwap(old, next) {
			return
		}
	}
}

// on reports whether there is anybody to tell.
func (ls *listeners[T]) on() bool { return ls.list.Load() != nil }

// tell calls f with each listener, and waits for that.
func (ls *listeners[T]) tell(f func(T)) {
	all := ls.list.Load()
	if all == nil {
		return
	}
	for told := 0; told < len(*all); {
		told += tellApart((*all)[told:], f)
	}
}

// tellApart calls f with listeners, in a goroutine of their own: nothing else keeps a
// runtime.Goexit from a caller that has more to do, such as to tell of a death. It returns
// how many were told; one that has ended the goroutine is the last of them.
func tellApart[T any](all []*T, f func(T)) (told int) {
	done := make(chan struct{})
	go func() { // ends with the listeners; tellApart waits for it
		defer close(done)
		for _, v := range all {
			told++
			tellOne(*v, f)
		}
	}()
	<-done
	return told
}

func tellOne[T any](v T, f func(T)) {
	defer func() { _ = recover() }() // one that panics loses an event
	f(v)
}

// ReportRestart tells the tracers and recorders of a restart. It is for packages that
// build supervisors.
func (c *Context) ReportRestart(r Restarted) {
	r.Name = c.process().registeredName()
	c.rt.recorders.tell(func(rec Recorder) { rec.Restarted(r) })
	c.rt.tracers.tell(func(t Tracer) { t.Restarted(r) })
}

//go:noinline
func (p *process) traceSpawned(opts *SpawnOptions, body Body) {
	s := Spawned{PID: p.pid(), Parent: p.parentPID(), Function: functionName(body), Name: opts.Name, Label: opts.Label}
	p.rt.tracers.tell(func(t Tracer) { t.Spawned(s) })
	if opts.Link {
		p.rt.tracers.tell(func(t Tracer) { t.Linked(s.Parent, s.PID, true) })
	}
	if opts.Name != "" {
		p.rt.tracers.tell(func(t Tracer) { t.Named(s.PID, opts.Name, true) })
	}
}

//go:noinline
func (p *process) traceExited(name, label string, reason signal.ExitReason, signaled bool) {
	e := Exited{
		PID: p.pid(), Name: name, Label: label, Reason: reason, Crashed: !signaled && reason.IsFailure(),
		Age: p.rt.Uptime() - p.started, Received: p.box.Taken(),
	}
	if p.isRemarkable(reason) {
		p.rt.recorders.tell(func(r Recorder) { r.Exited(e) })
	}
	p.rt.tracers.tell(func(t Tracer) { t.Exited(e) })
}

//go:noinline
func (p *process) traceCall(to pid.Address, req any, begun instant, err error) {
	req = bare(req)
	if w, is := req.(system.Wrapper); is {
		req = w.Unwrapped()
	}
	c := Called{To: to, Took: time.Duration(instant(p.rt.Uptime()) - begun), Type: reflect.TypeOf(req), Err: err}
	if !p.isCaller() {
		c.From = p.pid()
	}
	p.rt.tracers.tell(func(t Tracer) { t.CallEnded(c) })
}

func (rt *Runtime) traceDropped(to pid.Address, m Message, why error) {
	rt.tracers.tell(func(t Tracer) { t.Dropped(to, m, why) })
}
