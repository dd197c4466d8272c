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
	"github.com/starlang-go/starlang/runtime/internal/inlet"
)

// A supervisor that is killed cannot stop its children. Their links with it end them, except
// those that trap exits and do not heed the signal. These orphans are waited for, each for
// as long as its spec gives it, and then killed. Until they have ended, what replaces their
// supervisor is not started: no child ever has two processes.

// childrenKey is the key under which a runtime keeps the children of its supervisors.
type childrenKey struct{}

// kept returns the children of all supervisors of a runtime, by the PID of each. An entry
// is owned by its supervisor, and dropped when that and all children have ended.
func kept(rt *runtime.Runtime) *sync.Map {
	m, _ := inlet.Of(rt).Attach(childrenKey{}, new(sync.Map))
	return m.(*sync.Map)
}

// childrenOf returns the children of a supervisor, nil if it and they have ended.
func childrenOf(rt *runtime.Runtime, sup pid.PID) *children {
	cs, ok := kept(rt).Load(sup)
	if !ok {
		return nil
	}
	return cs.(*children)
}

// keep notes whose children these are. context.AfterFunc's goroutine sees to those who
// outlive the supervisor; it ends with the last of them.
func (cs *children) keep(ctx *runtime.Context) {
	sup := ctx.PID()
	kept(cs.rt).Store(sup, cs)
	context.AfterFunc(ctx, func() {
		cs.awaitOrphans()
		kept(cs.rt).Delete(sup)
	})
}

// awaitOrphans is called when the supervisor has ended, and returns when its children have,
// too. There are some left only if it could not stop them, because it was killed.
func (cs *children) awaitOrphans() {
	if cs.orphan(false) {
		awaitStarts(cs.kill())
		return
	}
	awaitStarts(cs.underWay())
	cs.awaitAll(cs.processes())
}

// orphan notes that the supervisor has ended, or is killed, and whether its children are
// killed at once, which it returns.
func (cs *children) orphan(doom bool) (doomed bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.orphaned = true
	cs.doomed = cs.doomed || doom
	for below := range cs.left {
		below.orphan(doom)
	}
	if cs.doomed {
		for b := range cs.beginnings {
			b.s.children.orphan(true)
		}
	}
	return cs.doomed
}

// hasOrphans reports, when the supervisor has ended, whether there is anything to wait for.
func (cs *children) hasOrphans() bool {
	cs.orphan(false)
	return len(cs.underWay()) > 0 || len(cs.processes()) > 0
}

// processes returns the specs of the children whose processes, or what is below them, have
// not ended, and of what others that were killed have left.
func (cs *children) processes() map[pid.PID]ChildSpec {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	specs := make(map[pid.PID]ChildSpec, len(cs.byPID))
	for p, c := range cs.byPID {
		if _, lives := cs.rt.Process(p); lives || childrenOf(cs.rt, p) != nil {
			specs[p] = c.spec
		}
	}
	for below := range cs.left {
		maps.Copy(specs, below.processes())
	}
	return specs
}

// underWay returns those of the children here, and of what is left below them, of which one
// is being started.
func (cs *children) underWay() (starting []*children) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if len(cs.starting) > 0 {
		starting = append(starting, cs)
	}
	for below := range cs.left {
		starting = append(starting, below.underWay()...)
	}
	return starting
}

// awaitStarts waits until starts are over whose supervisors were killed: a process that one
// of them has made ends only then. A start function that does not obey its context is waited
// for no longer than a worker is.
func awaitStarts(starting []*children) {
	for _, cs := range starting {
		late := time.NewTimer(DefaultShutdown)
		defer late.Stop()
		select {
		case cs.starting <- struct{}{}:
			cs.endStart()
		case <-late.C:
		}
	}
}

// inherit makes what a child has left count as left by this supervisor, too, should it end.
// gone is closed when all of it has ended: each is given a time.
func (cs *children) inherit(left *children) (gone <-chan struct{}) {
	cs.mu.Lock()
	if cs.left == nil {
		cs.left = make(map[*children]struct{})
	}
	cs.left[left] = struct{}{}
	cs.mu.Unlock()
	done := make(chan struct{})
	go func() { // ends with the orphans
		defer close(done)
		left.awaitOrphans()
		cs.mu.Lock()
		defer cs.mu.Unlock()
		delete(cs.left, left)
	}()
	return done
}

// Kill kills a supervisor of this node and all that is below it, at once: a tree that has not
// stopped in its time.
func Kill(rt *runtime.Runtime, sup pid.PID) { _ = kill(rt, sup, Supervisor) }

// kill kills a process and, if it is a supervisor, all below it, and returns the children
// of those supervisors that were starting one: see [awaitStarts].
func kill(rt *runtime.Runtime, p pid.PID, t Type) (starting []*children) {
	if t == Supervisor {
		if cs := childrenOf(rt, p); cs != nil {
			cs.orphan(true) // first: what it is starting ends with it, and then nothing leads there
		}
	}
	if h, alive := rt.Process(p); alive {
		h.Exit(signal.Kill)
		_, _ = h.Wait(context.Background()) // not long: others may be killing it, too
	}
	if t == Supervisor {
		return killOrphans(rt, p)
	}
	return nil
}

// killOrphans kills all that is left below a supervisor that has ended, and returns what
// kill does.
func killOrphans(rt *runtime.Runtime, sup pid.PID) (starting []*children) {
	cs := childrenOf(rt, sup)
	if cs == nil {
		return nil
	}
	return cs.kill()
}

func (cs *children) kill() (starting []*children) {
	cs.orphan(true)
	starting = cs.underWay()
	for p, spec := range cs.processes() {
		starting = append(starting, kill(cs.rt, p, spec.Type)...)
	}
	for _, b := range cs.begun() {
		starting = append(starting, kill(cs.rt, b.pid, Supervisor)...)
	}
	return starting
}

// awaitAll waits until processes, and what is below them, have ended, and kills each that
// takes longer than it is given.
func (cs *children) awaitAll(orphans map[pid.PID]ChildSpec) {
	start := time.Now()
	given := make(map[pid.PID]time.Duration, len(orphans))
	for p, spec := range orphans {
		given[p] = timeOfOrphan(cs.rt, p, spec)
	}
	byTime := slices.SortedFunc(maps.Keys(orphans), func(a, b pid.PID) int { return cmp.Compare(given[a], given[b]) })
	for _, p := range byTime {
		cs.awaitOrphan(p, orphans[p].Type, start.Add(given[p]))
	}
}

func (cs *children) awaitOrphan(p pid.PID, t Type, end time.Time) {
	if h, alive := cs.rt.Process(p); alive {
		ctx, cancel := context.WithDeadline(context.Background(), end)
		defer cancel()
		if _, err := h.Wait(ctx); err != nil {
			awaitStarts(kill(cs.rt, p, t))
			return
		}
	}
	if left := childrenOf(cs.rt, p); left != nil && t == Supervisor {
		left.awaitOrphans() // it was killed, too
	}
}

// timeOfOrphan returns how long an orphan is given to end. Nobody is left who would wait
// for ever: [Infinity] is the default for a worker, and for a supervisor the time that its
// own children need.
func timeOfOrphan(rt *runtime.Runtime, p pid.PID, spec ChildSpec) time.Duration {
	switch {
	case spec.Shutdown == BrutalKill:
		return 0
	case spec.Shutdown != Infinity:
		return spec.Shutdown
	}
	total := DefaultShutdown
	if cs := childrenOf(rt, p); cs != nil && spec.Type == Supervisor {
		for q, below := range cs.processes() {
			total = sum(total, timeOfOrphan(rt, q, below))
		}
	}
	return total
}
