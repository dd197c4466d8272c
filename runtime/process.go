package runtime

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// State is where a process stands in its life.
type State uint32

// The states. A process passes them in this order; Exiting may be left out.
const (
	// Running: its body runs, or sleeps, and signals reach it.
	Running State = iota
	// Exiting: it has got an exit signal and its body has yet to return.
	Exiting
	// Dead: it has ended, and all who linked to it or monitored it were told.
	Dead
)

// String returns the state's name.
func (s State) String() string {
	return [...]string{"running", "exiting", "dead"}[s]
}

// process is one process. [Context] is its inside view.
//
// State machine (only these edges; each is one method):
//
//	Running --leaveRunningLocked--> Exiting --die--> Dead
//
// What leads to the first: an exit signal, kill, or that the body has returned.
// To the second: of the first two of these three, that the body has returned, or
// that the exit grace is over. Whoever is not to wait for the body, because of a
// kill, or because there is none in a process asleep, goes on to die at once.
//
// Lock order: at most two processes are locked at once, the one with the lower
// id first (lockPair). A process's mu may be held while its mailbox is locked,
// and while its own slot in the registry is, or its name's; never the other way round.
type process struct {
	// The first cache line is what a sender needs of its receiver. Nothing in it is
	// written, or read, by a process that has messages. The second begins with the
	// receiver's part of the mailbox. See layout_test.go.
	id      uint64
	started time.Duration // since the runtime's start
	box     inbox

	// state is written under mu. It is also the stop flag of all that the
	// process sends: a receiver's mailbox reads it in the critical section that
	// queues, so after the process has left Running, and anyone could know that,
	// nothing of it is queued any more.
	state atomic.Uint32

	trap      bool // guarded by mu; traps exits
	asleep    bool // guarded by mu; hibernating: Running without a goroutine
	goroutine bool // guarded by mu; a goroutine is in the body
	dying     bool // guarded by mu; die has begun, and made a zombie of goroutine

	mu   sync.Mutex
	rt   *Runtime
	rec  *record                 // guarded by mu; nil until the first entry
	last atomic.Pointer[process] // of this node, to whom it has sent last; nil: nobody
}

// inbox is where a process's messages wait.
type inbox = mailbox.Mailbox[Message]

// record has what a process may have and most do not. All is guarded by the
// process's mu.
type record struct {
	links    table[pid.PID, *process] // nil for a process of another node
	monitors table[pid.Ref, *monitor] // what this process monitors
	watchers table[pid.Ref, watcher]  // who monitors or calls this process
	calls    table[pid.Ref, *call]    // calls that wait for a reply
	timers   table[pid.Ref, struct{}] // timers aimed at this process

	name  string
	label string

	reason   signal.ExitReason // Invariant: Normal while Running, and never changes after
	signaled bool              // it ends because of an exit signal
	telling  bool              // it is Dead and has yet to tell all of its end
	grace    time.Duration     // 0: the runtime's
	graceEnd *time.Timer       // runs while Exiting

	inner    context.Context // see Context.Done; nil until asked for
	cancel   context.CancelCauseFunc
	waiters  chan struct{} // closed when all were told of the end; nil until asked for
	freeCall *call         // the last call's, to be used again

	exitWatches *exitWatch // see Context.WatchExit
}

func (p *process) pid() pid.PID { return pid.New(p.rt.node.ID(), p.id) }

func (p *process) stateNow() State { return State(p.state.Load()) }

func (p *process) running() bool { return p.stateNow() == Running }

// recordLocked returns p.rec, made if it was not there.
func (p *process) recordLocked() *record {
	if p.rec == nil {
		p.rec = new(record)
	}
	return p.rec
}

// receiver returns the process of this node with the given PID. It looks first at the
// one that c's process has sent to last: numbers are not used again, so that is
// either the one or another, whether it has ended since or not.
func (p *process) receiver(to pid.PID) (q *process, ok bool) {
	if q = p.last.Load(); q != nil && q.id == to.ID() && to.IsLocal(p.rt.node.ID()) {
		return q, true
	}
	if q, ok = p.rt.registry.Get(to); ok {
		p.last.Store(q)
	}
	return q, ok
}

// lockPair locks two different processes in the order of their ids.
func lockPair(a, b *process) {
	if a.id > b.id {
		a, b = b, a
	}
	a.mu.Lock()
	b.mu.Lock()
}

func unlockPair(a, b *process) {
	a.mu.Unlock()
	b.mu.Unlock()
}

// reasonLocked returns why p ends or ended.
func (p *process) reasonLocked() signal.ExitReason {
	if p.rec == nil {
		return signal.Normal
	}
	return p.rec.reason
}

// failure returns what a call on the Context of a process that is not Running
// returns: the reason of the exit signal that ended it, else ErrTerminated.
func (p *process) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec != nil && p.rec.signaled {
		return p.rec.reason
	}
	return ErrTerminated
}
