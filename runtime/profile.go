package runtime

import (
	"context"
	"runtime/pprof"
)

// noLabels carries no labels of a profile.
var noLabels = context.Background()

// labelGoroutine gives the goroutine of p's body labels of its own. Without
// Config.ProfileLabels it has none: those of whoever has spawned or woken the process
// tell nothing of what it does.
func (p *process) labelGoroutine(body Body) {
	if p.rt.tracers.on() {
		defer p.rt.tracers.tell(func(t Tracer) { t.Started((*Context)(p)) })
	}
	if !p.rt.cfg.ProfileLabels {
		pprof.SetGoroutineLabels(noLabels)
		return
	}
	p.mu.Lock()
	var name, label string
	if p.rec != nil {
		name, label = p.rec.name, p.rec.label
	}
	p.mu.Unlock()
	labels := pprof.Labels("pid", p.pid().String(), "name", name, "label", label, "type", functionName(body))
	pprof.SetGoroutineLabels(pprof.WithLabels(noLabels, labels))
}
