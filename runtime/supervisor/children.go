package supervisor

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// children are the children of a supervisor. They are kept apart from its state because
// they may outlive it: see orphans.go.
type children struct {
	rt    *runtime.Runtime
	all   map[*child]struct{} // of the supervisor's own process alone, as all up to added
	byID  map[string]*child   // nil of a Dynamic supervisor
	added uint64
	// starting has a token while a child is being started. A supervisor that was
	// killed may be in the middle of it: nobody knows that child yet.
	starting chan struct{}

	mu       sync.Mutex
	byPID    map[pid.PID]*child // guarded by mu; Invariant: has every Running child
	orphaned bool               // guarded by mu; the supervisor has ended
	doomed   bool               // guarded by mu; they are killed without waiting
	// left has the children that supervisors among these have left behind, until
	// they have ended; guarded by mu. Lock order: a supervisor's before those below it.
	left map[*children]struct{}
	// beginnings are the supervisors that the process of these children is starting;
	// guarded by mu.
	beginnings map[*beginning]struct{}
}

func newChildren(rt *runtime.Runtime, dynamic bool) *children {
	cs := &children{rt: rt, all: make(map[*child]struct{}), byPID: make(map[pid.PID]*child), starting: make(chan struct{}, 1)}
	if !dynamic {
		cs.byID = make(map[string]*child)
	}
	return cs
}

// add adds a child, after all others.
func (cs *children) add(spec ChildSpec) *child {
	cs.added++
	c := &child{spec: spec, seq: cs.added}
	cs.all[c] = struct{}{}
	if cs.byID != nil {
		cs.byID[spec.ID] = c
	}
	return c
}

// drop removes a child without a process.
func (cs *children) drop(c *child) {
	delete(cs.all, c)
	if cs.byID != nil {
		delete(cs.byID, c.spec.ID)
	}
	cs.unbind(c)
}

// ordered returns the children in start order.
func (cs *children) ordered() []*child {
	return slices.SortedFunc(maps.Keys(cs.all), func(a, b *child) int { return cmp.Compare(a.seq, b.seq) })
}

// find returns the child whose process p is, or was if it is Restarting.
func (cs *children) find(p pid.PID) *child {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.byPID[p]
}

// beginStart reports whether a child may be started: not after the supervisor's end. If it
// does, endStart is to be called.
func (cs *children) beginStart() bool {
	cs.starting <- struct{}{} // free, but at the end: it is the supervisor that starts
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.orphaned {
		cs.endStart()
	}
	return !cs.orphaned
}

func (cs *children) endStart() { <-cs.starting }

// bind makes p the process of c. If the supervisor has been killed meanwhile, p is one more
// orphan.
func (cs *children) bind(c *child, p pid.PID) {
	cs.mu.Lock()
	delete(cs.byPID, c.pid)
	c.pid, c.state = p, Running
	cs.byPID[p] = c
	orphaned, doomed := cs.orphaned, cs.doomed
	cs.mu.Unlock()
	switch {
	case doomed:
		awaitStarts(kill(cs.rt, p, c.spec.Type))
	case orphaned:
		cs.awaitAll(map[pid.PID]ChildSpec{p: c.spec})
	}
}

// unbind makes c a child without a process.
func (cs *children) unbind(c *child) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.byPID, c.pid)
	c.pid, c.state, c.retry = pid.PID{}, Stopped, retry{}
}
