package supervisor

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// family is the children of a supervisor. It survives its supervisor: when that was
// killed, it sees to it that they end too. Links do so for all but those who trap
// exits and go on regardless.
type family struct {
	rt    *runtime.Runtime
	all   map[*child]struct{}
	byID  map[string]*child // nil of a Dynamic supervisor
	added uint64
	// starting has a token while a child is being started. A supervisor that was
	// killed may be in the middle of it: nobody knows that child yet.
	starting chan struct{}

	mu       sync.Mutex
	byPID    map[pid.PID]*child // guarded by mu; Invariant: has every Running child
	orphaned bool               // guarded by mu
}

func newFamily(rt *runtime.Runtime, dynamic bool) *family {
	f := &family{rt: rt, all: make(map[*child]struct{}), byPID: make(map[pid.PID]*child), starting: make(chan struct{}, 1)}
	if !dynamic {
		f.byID = make(map[string]*child)
	}
	return f
}

// add adds a child, after all others.
func (f *family) add(spec ChildSpec) *child {
	f.added++
	c := &child{spec: spec, seq: f.added}
	f.all[c] = struct{}{}
	if f.byID != nil {
		f.byID[spec.ID] = c
	}
	return c
}

// drop takes a child without a process out.
func (f *family) drop(c *child) {
	delete(f.all, c)
	if f.byID != nil {
		delete(f.byID, c.spec.ID)
	}
	f.unbind(c)
}

// ordered returns the children in start order.
func (f *family) ordered() []*child {
	return slices.SortedFunc(maps.Keys(f.all), func(a, b *child) int { return cmp.Compare(a.seq, b.seq) })
}

// find returns the child whose process p is, or was if it is Restarting.
func (f *family) find(p pid.PID) *child {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.byPID[p]
}

// beginStart reports whether a child may be started: not if the supervisor has been killed.
// If so, endStart is to be called.
func (f *family) beginStart() bool {
	f.starting <- struct{}{} // free, but at the end: it is the supervisor who starts
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.orphaned {
		f.endStart()
	}
	return !f.orphaned
}

func (f *family) endStart() { <-f.starting }

// awaitStart waits until a start is over that was going on when the supervisor was killed.
// A start function that does not obey its context is not waited for any longer than other
// processes are.
func (f *family) awaitStart() {
	late := time.NewTimer(DefaultShutdown)
	defer late.Stop()
	select {
	case f.starting <- struct{}{}:
		f.endStart()
	case <-late.C:
	}
}

// bind makes p the process of c. If the supervisor has been killed meanwhile, p ends.
func (f *family) bind(c *child, p pid.PID) {
	f.mu.Lock()
	delete(f.byPID, c.pid)
	c.pid, c.state = p, Running
	f.byPID[p] = c
	orphaned := f.orphaned
	f.mu.Unlock()
	if orphaned {
		f.reap(map[pid.PID]*child{p: c})
	}
}

// unbind makes c a child without a process.
func (f *family) unbind(c *child) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.byPID, c.pid)
	c.pid, c.state, c.retry = pid.PID{}, Stopped, retry{}
}

// familyKey is under what the runtime keeps the family of a supervisor.
type familyKey struct{}

// families are the families of a runtime's supervisors, by the PID of each.
func families(rt *runtime.Runtime) *sync.Map {
	kept, _ := rt.Attach(familyKey{}, new(sync.Map))
	return kept.(*sync.Map)
}

// outlived waits until the children of a supervisor that has ended have ended too. Those
// who restart a supervisor do so first: else there would be two of each child for a while.
func outlived(rt *runtime.Runtime, sup pid.PID) {
	if f, ok := families(rt).Load(sup); ok {
		f.(*family).orphan()
	}
}

// orphan is called when the supervisor has ended, and returns when the children have too.
// There are some left only if it could not stop them, because it was killed.
func (f *family) orphan() {
	f.mu.Lock()
	f.orphaned = true
	f.mu.Unlock()
	f.awaitStart()
	f.mu.Lock()
	left := maps.Clone(f.byPID)
	f.mu.Unlock()
	f.reap(left)
}

// reap waits until the processes, and what is below them, have ended, and kills each that
// takes longer than it would have been given.
func (f *family) reap(orphans map[pid.PID]*child) {
	start := time.Now()
	byTime := slices.SortedFunc(maps.Keys(orphans), func(a, b pid.PID) int {
		return cmp.Compare(orphans[a].spec.Shutdown, orphans[b].spec.Shutdown)
	})
	for _, p := range byTime {
		if h, alive := f.rt.Process(p); alive {
			awaitEnd(h, start, orphans[p].spec.Shutdown)
		}
		if orphans[p].spec.Type == Supervisor {
			outlived(f.rt, p)
		}
	}
}

// awaitEnd waits until a process has ended, and kills it when the time is over that it is
// given from start on.
func awaitEnd(h runtime.ProcessHandle, start time.Time, given time.Duration) {
	ctx := context.Background()
	if given != Infinity {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, start.Add(max(given, 0)))
		defer cancel()
	}
	if _, err := h.Wait(ctx); err != nil {
		h.Exit(signal.Kill)
	}
}
