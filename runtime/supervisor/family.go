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

	mu       sync.Mutex
	byPID    map[pid.PID]*child // guarded by mu; Invariant: has every Running child
	orphaned bool               // guarded by mu
}

func newFamily(rt *runtime.Runtime, dynamic bool) *family {
	f := &family{rt: rt, all: make(map[*child]struct{}), byPID: make(map[pid.PID]*child)}
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

// orphan is called when the supervisor has ended, in a goroutine of its own. There
// are children left only if it could not stop them, because it was killed.
func (f *family) orphan() {
	f.mu.Lock()
	f.orphaned = true
	left := maps.Clone(f.byPID)
	f.mu.Unlock()
	f.reap(left)
}

// reap waits until the processes have ended, and kills each that takes longer than
// it would have been given. It leaves those alone that may take as long as they like:
// they have their exit signal, from the link.
func (f *family) reap(orphans map[pid.PID]*child) {
	start := time.Now()
	byTime := slices.SortedFunc(maps.Keys(orphans), func(a, b pid.PID) int {
		return cmp.Compare(orphans[a].spec.Shutdown, orphans[b].spec.Shutdown)
	})
	for _, p := range byTime {
		bound := orphans[p].spec.Shutdown
		h, alive := f.rt.Process(p)
		if !alive || bound == Infinity {
			continue
		}
		ctx, cancel := context.WithDeadline(context.Background(), start.Add(max(bound, 0)))
		if _, err := h.Wait(ctx); err != nil {
			h.Exit(signal.Kill)
		}
		cancel()
	}
}
