package runtime

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"time"
	"unsafe"
	"weak"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// The sizes of what every process has, and of what only some have.
const (
	ProcessBytes = unsafe.Sizeof(process{})
	RecordBytes  = unsafe.Sizeof(record{})
)

// RunningTimers returns how many timers are in the runtime's table.
func (rt *Runtime) RunningTimers() int { return rt.timers.running.Size() }

// Holdings are how many entries a process's record has, also when it is Dead.
type Holdings struct {
	Links, Monitors, Watchers, Calls, Timers int
}

// Holdings counts what h's process has.
func (h ProcessHandle) Holdings() (n Holdings) {
	h.p.mu.Lock()
	defer h.p.mu.Unlock()
	if r := h.p.rec; r != nil {
		n = Holdings{r.links.len(), r.monitors.len(), r.watchers.len(), r.calls.len(), r.timers.len()}
	}
	return n
}

// Check returns an error if an invariant of a runtime at rest does not hold: links
// and monitors agree on both sides, none leads to a Dead process, only living
// processes have names, and processes know the names that they have.
func (rt *Runtime) Check() error {
	all := map[*process]relations{}
	for _, p := range rt.registry.All() {
		all[p] = p.relations()
	}
	for p, r := range all {
		if err := r.check(p, all); err != nil {
			return fmt.Errorf("%s: %w", p.pid(), err)
		}
	}
	for name, owner := range rt.RegisteredNames() {
		p, ok := rt.registry.Get(owner)
		if !ok {
			return fmt.Errorf("name %q belongs to %s, which is gone", name, owner)
		}
		if has := p.snapshot().Name; has != name {
			return fmt.Errorf("name %q belongs to %s, which knows of %q", name, owner, has)
		}
	}
	return nil
}

// relations are those of a process to others of its node.
type relations struct {
	links    map[*process]bool
	monitors map[pid.Ref]*process // what it monitors or calls
	watchers map[pid.Ref]*process
}

func (p *process) relations() relations {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := relations{map[*process]bool{}, map[pid.Ref]*process{}, map[pid.Ref]*process{}}
	if p.rec == nil {
		return r
	}
	for _, q := range p.rec.links.all() {
		r.links[q] = true
	}
	for ref, m := range p.rec.monitors.all() {
		r.monitors[ref] = m.target
	}
	for ref, w := range p.rec.calls.all() {
		r.monitors[ref] = w.callee
	}
	for ref, w := range p.rec.watchers.all() {
		r.watchers[ref] = w.process
	}
	for _, ofOtherNodes := range []map[pid.Ref]*process{r.monitors, r.watchers} {
		maps.DeleteFunc(ofOtherNodes, func(_ pid.Ref, q *process) bool { return q == nil })
	}
	delete(r.links, nil)
	return r
}

func (r relations) check(p *process, all map[*process]relations) error {
	for q := range r.links {
		if !all[q].links[p] {
			return fmt.Errorf("its link with %s is one-sided", q.pid())
		}
	}
	for ref, q := range r.monitors {
		if all[q].watchers[ref] != p {
			return fmt.Errorf("its monitor of %s is not known there", q.pid())
		}
	}
	for ref, q := range r.watchers {
		if all[q].monitors[ref] != p {
			return fmt.Errorf("its watcher %s does not watch it", q.pid())
		}
	}
	return nil
}

// ProcessLayout returns how many bytes a process and its mailbox have, and where in it
// the mailbox and the id are.
func ProcessLayout() (size, box, boxSize, id uintptr) {
	var p process
	return unsafe.Sizeof(p), unsafe.Offsetof(p.box), unsafe.Sizeof(p.box), unsafe.Offsetof(p.id)
}

// Table is a table of numbers.
type Table struct{ t table[int, int] }

func (t *Table) Put(k, v int)                  { t.t.put(k, v) }
func (t *Table) Get(k int) (v int, ok bool)    { return t.t.get(k) }
func (t *Table) Remove(k int) (v int, ok bool) { return t.t.remove(k) }
func (t *Table) Len() int                      { return t.t.len() }
func (t *Table) All() iter.Seq2[int, int]      { return t.t.all() }

// Room returns how many entries there is memory for.
func (t *Table) Room() int { return cap(t.t.entries) }

// WeakProcess returns a pointer to ctx's process that does not keep it.
func WeakProcess(ctx *Context) weak.Pointer[Context] { return weak.Make(ctx) }

// AnythingHooked reports whether sends and receives have more to do than that.
func (rt *Runtime) AnythingHooked() bool { return rt.hooks.any() }

// Deliver brings in a signal from another node, for tests whose networks have no
// connections.
func (rt *Runtime) Deliver(ctx context.Context, to pid.Address, env signal.Envelope) error {
	err := rt.registry.Deliver(ctx, to, env)
	if err == nil || env.Kind == signal.Message || env.Kind == signal.Raw || !env.Kind.Valid() {
		return err
	}
	reason := signal.NoProc
	if !errors.Is(err, ErrNoProc) {
		reason = signal.Error(err.Error())
	}
	if back, ok := signal.Answer(to, env, reason); ok {
		rt.signalAway(env.From, back)
	}
	return nil
}

// CallClockRuns reports whether the clock of calls has a timer that runs.
func (rt *Runtime) CallClockRuns() bool { return rt.callClock.word.Load() != 0 }

// HoldCallClock makes the clock of calls stand d behind, as if the program had been
// stopped for that long.
func (rt *Runtime) HoldCallClock(d time.Duration) {
	c := &rt.callClock
	c.mu.Lock()
	defer c.mu.Unlock()
	c.word.Store(max(c.word.Load()-int64(d), 2) &^ unread)
}

// LookedAt returns when the stacks of all goroutines were last looked at for zombies.
func (rt *Runtime) LookedAt() time.Time {
	rt.zombies.looking.Lock()
	defer rt.zombies.looking.Unlock()
	return rt.zombies.looked
}
