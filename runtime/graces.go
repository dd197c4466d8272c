package runtime

import (
	"sync"
	"time"
)

// graces are the Exiting processes of a runtime whose body has yet to return, and when
// each is to be waited for no longer. One timer serves them all: most bodies return at
// once, and take themselves out before it fires.
type graces struct {
	mu    sync.Mutex
	due   map[*process]instant // guarded by mu; die takes a process out
	clock *time.Timer          // guarded by mu; nil until first needed
	at    instant              // guarded by mu; when clock fires, 0: it does not
}

// begin makes p be reaped after d. It is called with p.mu held; g.mu comes after it.
func (g *graces) begin(p *process, d time.Duration) {
	due := p.rt.instantIn(d)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.due == nil {
		g.due = make(map[*process]instant)
	}
	g.due[p] = due
	if g.at == 0 || due < g.at {
		g.setLocked(p.rt, due)
	}
}

func (g *graces) setLocked(rt *Runtime, at instant) {
	g.at = at
	left := time.Duration(at) - rt.Uptime()
	if g.clock == nil {
		g.clock = time.AfterFunc(left, rt.gracesOver)
	} else {
		g.clock.Reset(left)
	}
}

// end takes p out, with p.mu held. The clock stops with the last one.
func (g *graces) end(p *process) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.due, p)
	if len(g.due) == 0 && g.at != 0 {
		g.clock.Stop()
		g.at = 0
	}
}

// gracesOver reaps the processes that are due. It is called by the clock.
func (rt *Runtime) gracesOver() {
	for _, p := range rt.graces.takeDue(rt) {
		rt.reap(p)
	}
}

func (g *graces) takeDue(rt *Runtime) (all []*process) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at = 0
	now, next := instant(rt.Uptime()), instant(0)
	for p, due := range g.due {
		switch {
		case due <= now:
			all = append(all, p)
			delete(g.due, p)
		case next == 0 || due < next:
			next = due
		}
	}
	if next != 0 {
		g.setLocked(rt, next)
	}
	return all
}
