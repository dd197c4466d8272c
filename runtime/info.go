package runtime

import (
	"iter"
	"math"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// ProcessState is a snapshot of a process, taken in one critical section. It is
// a copy: nothing of it changes later. Source: OTP, erlang:process_info/1.
type ProcessState struct {
	PID         pid.PID
	Parent      pid.PID // who has spawned it; zero: the program
	Behaviour   Behaviour
	State       State
	Reason      signal.ExitReason // why it ends or ended; Normal while Running
	Name        string            // registered name, "" if none
	Label       string            // see Context.SetLabel
	QueueLen    int               // messages in the mailbox
	Received    uint64            // messages received so far
	Links       []pid.PID         // sorted
	Monitors    []pid.Address     // what it monitors, one entry for each monitor, sorted
	MonitoredBy []pid.PID         // who monitors it or waits for its reply, sorted
	// How many there are of each list, which may show fewer: see [Runtime.InfoN].
	LinkCount, MonitorCount, WatcherCount int
	TrapExit                              bool
	Hibernating                           bool          // has no goroutine until a message comes
	Age                                   time.Duration // since it was spawned
}

// Info returns a snapshot of a process of this runtime, and false if it has ended
// or never was.
func (rt *Runtime) Info(p pid.PID) (ProcessState, bool) { return rt.InfoN(p, math.MaxInt) }

// InfoN is [Runtime.Info] with at most so many entries in each list, whichever come to
// hand: it costs no more for a process that a million others watch. The counts are whole.
func (rt *Runtime) InfoN(p pid.PID, lists int) (ProcessState, bool) {
	q, ok := rt.registry.Get(p)
	if !ok {
		return ProcessState{}, false
	}
	s := q.snapshotN(lists)
	return s, s.State != Dead
}

// Processes iterates over snapshots of all processes that are not Dead, in no
// order. Each is taken when it is its turn; processes may come and go meanwhile.
func (rt *Runtime) Processes() iter.Seq[ProcessState] {
	return func(yield func(ProcessState) bool) {
		for _, p := range rt.registry.All() {
			if s := p.snapshot(); s.State != Dead && !yield(s) {
				return
			}
		}
	}
}

func (p *process) snapshot() ProcessState { return p.snapshotN(math.MaxInt) }

func (p *process) snapshotN(lists int) ProcessState {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := ProcessState{
		PID:         p.pid(),
		Parent:      p.parentPID(),
		Behaviour:   p.behaviour(),
		State:       p.stateNow(),
		Reason:      p.reasonLocked(),
		QueueLen:    p.box.Len(),
		Received:    p.box.Taken(),
		TrapExit:    p.trap,
		Hibernating: p.asleep,
		Age:         p.rt.Uptime() - p.started,
	}
	if p.rec != nil {
		p.rec.describe(&s, lists)
	}
	return s
}

func (r *record) describe(s *ProcessState, lists int) {
	s.Name, s.Label = r.name, r.label
	s.LinkCount, s.MonitorCount, s.WatcherCount = r.links.len(), r.monitors.len(), r.watchers.len()
	for to := range firstOf(&r.links, lists) {
		s.Links = append(s.Links, to)
	}
	for _, m := range firstOf(&r.monitors, lists) {
		s.Monitors = append(s.Monitors, pid.Address{PID: m.down.PID, Name: m.down.Name})
	}
	for _, w := range firstOf(&r.watchers, lists) {
		s.MonitoredBy = append(s.MonitoredBy, w.who())
	}
	slices.SortFunc(s.Links, pid.PID.Compare)
	slices.SortFunc(s.MonitoredBy, pid.PID.Compare)
	slices.SortFunc(s.Monitors, pid.Address.Compare)
}

// firstOf iterates over at most n entries of a table.
func firstOf[K comparable, V any](t *table[K, V], n int) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for k, v := range t.all() {
			if n <= 0 || !yield(k, v) {
				return
			}
			n--
		}
	}
}

func (w watcher) who() pid.PID {
	if w.process != nil {
		return w.process.pid()
	}
	return w.pid
}
