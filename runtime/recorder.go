package runtime

import (
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// Recorder is told of what is rare, and worth to be remembered: a [Tracer] of crashes,
// of ends that are none of every day and of restarts. It can be there all the time, since
// neither messages nor calls nor normal ends take longer for it. What is said of the
// methods of a Tracer holds for its own.
type Recorder interface {
	Crashed(Crash)
	// Exited tells of ends by a failure or a kill, and of supervisors of any.
	Exited(Exited)
	Restarted(Restarted)
}

// Crash is a crash, as its report tells of it.
type Crash struct {
	PID, Parent pid.PID // Parent is zero if the program has spawned it
	Name, Label string
	Type        string // of the server, or the function's name and place
	Reason      signal.ExitReason
	// Repeated tells that equal crashes are too many: there is no report of this one, and
	// what follows is empty.
	Repeated     bool
	Ancestors    []pid.PID // who has spawned Parent, and so on, as far as they live
	Queue, Links int
	Message      string  // the last one, as it may be shown
	State        string  // as it may be shown
	Caller       pid.PID // who waits for the reply; zero: nobody
	Stack        string  // of a panic
}

// AddRecorder adds a recorder; remove takes it away again. Calls that are under way may
// still come to it.
func (rt *Runtime) AddRecorder(r Recorder) (remove func()) { return rt.recorders.add(r) }

// traceCrash tells of a crash. It is called in any case, which costs nothing if there is
// nobody to tell.
func (p *process) traceCrash(c Crash) {
	p.rt.recorders.tell(func(r Recorder) { r.Crashed(c) })
	p.rt.tracers.tell(func(t Tracer) { t.Crashed(c) })
}

// isRemarkable reports whether recorders are told of p's end.
func (p *process) isRemarkable(reason signal.ExitReason) bool {
	return p.rt.recorders.on() && (reason.IsFailure() || p.behaviour() == Supervisor)
}
