package runtime

import (
	"fmt"
	"unsafe"

	"github.com/starlang-go/starlang/pid"
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

// Check returns an error if an invariant of a runtime at rest does not hold:
// links and monitors agree on both sides, none leads to a Dead process, only
// living processes have names, and processes know the names that they have.
func (rt *Runtime) Check() error {
	for self, p := range rt.registry.All() {
		if err := p.check(self); err != nil {
			return fmt.Errorf("%s: %w", self, err)
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

// check looks at others without locking them: nothing may be running.
func (p *process) check(self pid.PID) error {
	if p.rec == nil {
		return nil
	}
	for to, q := range p.rec.links.all() {
		if q != nil && (q.rec == nil || !q.rec.links.has(self)) {
			return fmt.Errorf("its link with %s is one-sided", to)
		}
	}
	for ref, m := range p.rec.monitors.all() {
		if m.target != nil && (m.target.rec == nil || !m.target.rec.watchers.has(ref)) {
			return fmt.Errorf("its monitor %s is not known to the target", ref)
		}
	}
	for ref, w := range p.rec.watchers.all() {
		if q := w.process; q != nil && (q.rec == nil || !q.rec.monitors.has(ref) && !q.rec.calls.has(ref)) {
			return fmt.Errorf("its watcher %s does not watch under %s", w.who(), ref)
		}
	}
	return nil
}
