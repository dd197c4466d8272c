package runtime

import (
	"sync/atomic"
	"time"

	"github.com/puzpuzpuz/xsync/v3"

	"github.com/starlang-go/starlang/pid"
)

// timers are the running timers of a runtime. Whoever takes a timer out of the
// table decides what becomes of it: it fires for the last time, is cancelled, or dies
// with its target, and exactly one of these.
type timers struct {
	running *xsync.MapOf[pid.Ref, *timer]
}

// timer is one timer. It keeps its target until it leaves the table, which the
// target's end sees to at the latest.
type timer struct {
	begun  time.Time
	when   delay
	rung   atomic.Int64 // how often; for those who ask how much time is left
	clock  *time.Timer
	target *process // dies with it; nil: with nobody
}

// delay says when a timer rings: after the first time and then again each every, if
// that is not 0.
type delay struct{ first, every time.Duration }

// noTime is a delay that does not pass.
const noTime = time.Duration(1<<63 - 1)

func (t *timers) init() { t.running = xsync.NewMapOf[pid.Ref, *timer]() }

// take takes a timer out of the table, and out of its target, and stops its clock.
func (t *timers) take(ref pid.Ref) (left time.Duration, running bool) {
	tm, ok := t.running.LoadAndDelete(ref)
	if !ok {
		return 0, false
	}
	tm.clock.Stop()
	if tm.target != nil {
		tm.target.disownTimer(ref)
	}
	return tm.left(), true
}

func (t *timers) drop(ref pid.Ref) { t.take(ref) }

func (t *timers) dropAll() {
	t.running.Range(func(ref pid.Ref, _ *timer) bool {
		t.drop(ref)
		return true
	})
}

// left returns how long it takes until tm rings next.
func (tm *timer) left() time.Duration {
	due := tm.begun.Add(tm.when.first + time.Duration(tm.rung.Load())*tm.when.every)
	return max(time.Until(due), 0)
}

// copyOf returns what a timer sends of the v that it keeps: v itself, if that is for
// the last time.
func (d delay) copyOf(v any) any {
	if d.every == 0 {
		return v
	}
	c, _ := isolateCarried(v) // it was isolated once, and the type decides
	return c
}

// startTimer makes fire be called when it is time. If target is not nil the timer
// dies with it; if it is not Running, the timer never runs.
func (rt *Runtime) startTimer(ref pid.Ref, target *process, when delay, fire func()) {
	if target != nil && !target.ownTimer(ref) {
		return
	}
	tm := &timer{begun: time.Now(), when: when, target: target}
	tm.clock = time.AfterFunc(noTime, func() { rt.ring(ref, tm, fire) })
	rt.timers.running.Store(ref, tm)
	tm.clock.Reset(when.first) // only now, so that it finds itself in the table
	rt.timers.recheck(rt, ref, tm)
}

// recheck drops a timer whose clock was set just now, if Shutdown, or the end of its
// target, may have looked for it too early.
func (t *timers) recheck(rt *Runtime, ref pid.Ref, tm *timer) {
	if rt.stopping.Load() || tm.target != nil && !tm.target.running() {
		t.drop(ref)
	}
}

// ring is called by a timer's clock.
func (rt *Runtime) ring(ref pid.Ref, tm *timer, fire func()) {
	if tm.when.every == 0 {
		if _, running := rt.timers.take(ref); running {
			fire()
		}
		return
	}
	if _, running := rt.timers.running.Load(ref); !running {
		return
	}
	fire() // first: the next one must not overtake it
	tm.skipPast()
	tm.clock.Reset(tm.left())
	if _, running := rt.timers.running.Load(ref); !running {
		tm.clock.Stop() // it was taken out before the clock was set again
		return
	}
	rt.timers.recheck(rt, ref, tm)
}

// skipPast leaves out the times that went by while tm was firing.
func (tm *timer) skipPast() {
	passed := time.Since(tm.begun) - tm.when.first
	tm.rung.Store(max(tm.rung.Load(), int64(passed/tm.when.every)) + 1)
}

// ownTimer notes that a timer is to die with p, and reports false if it is too
// late for that: nothing that the timer could send would reach p.
func (p *process) ownTimer(ref pid.Ref) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return false
	}
	p.recordLocked().timers.put(ref, struct{}{})
	return true
}

func (p *process) disownTimer(ref pid.Ref) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec != nil {
		p.rec.timers.remove(ref)
	}
}
