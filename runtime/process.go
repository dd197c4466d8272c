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
	// Running: its body runs, or sleeps, and signals reach it. It is 0: see
	// process.state.
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
// Lock order, the first before the second; nobody locks against an arrow:
//
//	a name's slot in the registry --> mu of the lower id --> mu of the higher id
//	mu --> its mailbox, its slot among the processes, the zombies, the graces
//
// RegisterName holds the name's slot while BindName takes mu; a death frees the name
// without mu. At most two processes are locked at once (lockPair).
type process struct {
	// The first cache line is what a sender needs of its receiver. Nothing in it is
	// written, or read, by a process that has messages. The second begins with the
	// receiver's part of the mailbox. See layout_test.go.
	id      uint64
	started time.Duration // since the runtime's start
	box     inbox

	// state is written under mu. Invariant: Running, and no other, is 0. It is also the
	// stop flag of all that the process sends: a receiver's mailbox asks whether it is
	// 0 in the critical section that queues, so after the process has left Running,
	// and anyone could know that, nothing of it is queued any more.
	state atomic.Uint32

	trap      bool // guarded by mu; traps exits
	asleep    bool // guarded by mu; hibernating: Running without a goroutine
	goroutine bool // guarded by mu; a goroutine is in the body
	dying     bool // guarded by mu; die has begun, and made a zombie of goroutine

	mu   sync.Mutex
	rt   *Runtime
	rec  *record                 // guarded by mu; nil until the first entry
	last atomic.Pointer[process] // see receiver; Invariant: nil once the process is Dead

	origin origin // where it comes from
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

	reason    signal.ExitReason // Invariant: Normal while Running, and never changes after
	signaled  bool              // it ends because of an exit signal
	lateWaits bool              // a timer's message waits for room in the mailbox
	telling   bool              // it is Dead and has yet to tell all of its end
	grace     time.Duration     // 0: the runtime's
	waited    bool              // it is in the runtime's graces, until it dies

	inner    context.Context // see Context.Done; nil until asked for
	cancel   context.CancelCauseFunc
	waiters  chan struct{} // closed when all were told of the end; nil until asked for
	freeCall *call         // the last call's, to be used again
	rare     *rare         // nil until needed
}

// rare has what hardly any process has. All is guarded by the process's mu, and dropped
// with it when the process dies.
type rare struct {
	base        context.Context // from which the process's own derives, see Runtime.Run
	exitWatches *exitWatch      // see Context.WatchExit
	starting    *starting       // what it starts at this moment
	crash       *CrashDetails   // see Context.ExplainCrash; dropped by the report
	drops       *drops          // of one with an OnDrop, from the spawn on
	lastReplies []lastReply     // see Context.ReplyAtEnd; taken when the process is Dead

	carried map[string]string // see noteCarried; nil: nothing; dropped when the process sleeps
	span    Span              // in which carried is, see Context.BeginHandling; nil: none; dropped with it
	traced  TraceFlags        // see Runtime.SetTraced
	carrier From              // of the call with which it came, zero if it was none
}

// rareOf returns what r has of it, and else nothing, which must not be written to.
func (r *record) rareOf() *rare {
	if r == nil || r.rare == nil {
		return &noRare
	}
	return r.rare
}

var noRare rare

// rareLocked returns what p has of it, made if it was not there.
func (p *process) rareLocked() *rare {
	r := p.recordLocked()
	if r.rare == nil {
		r.rare = new(rare)
	}
	return r.rare
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
// one that p has sent to last: numbers are not used again, so that is either the one
// or another, whether it has ended since or not.
//
// A sender owns what it remembers: it keeps one process, which if it is Dead has
// neither mail nor a memory of its own, until it sends to another one or dies.
func (p *process) receiver(to pid.PID) (q *process, ok bool) {
	if q = p.last.Load(); q != nil && q.id == to.ID() && to.IsLocal(p.rt.node.ID()) {
		return q, true
	}
	if q, ok = p.rt.registry.Get(to); ok {
		p.remember(q)
	}
	return q, ok
}

// remember makes q the process that p has sent to last. Of one that does not run
// nothing is remembered: die may have been there before.
func (p *process) remember(q *process) {
	p.last.Store(q)
	if !p.running() {
		p.last.Store(nil)
	}
}

// letGo gives back what would keep others alive as long as somebody keeps p, which
// does not run any more.
func (p *process) letGo() {
	p.last.Store(nil)
	p.box.Discard() // nobody can receive what is in it: see Context.receive
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

// endError returns what is said to those who fail because of an exit signal: the reason,
// and what has ended the context of a Run.
func (r *record) endError() error {
	base := r.rareOf().base
	if base == nil || r.reason != signal.Shutdown || base.Err() == nil {
		return r.reason
	}
	return causedBy(r.reason, context.Cause(base))
}

// failure returns what a call on the Context of a process that is not Running
// returns: the reason of the exit signal that ended it, else ErrTerminated.
func (p *process) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec != nil && p.rec.signaled {
		return p.rec.endError()
	}
	return ErrTerminated
}
