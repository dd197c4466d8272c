package world

import (
	"cmp"
	"errors"
	"fmt"
	goruntime "runtime"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// slowdowns are tried one after the other while a run is void: by how much the
// scenario's clock is slower than the real one.
var slowdowns = []int{1, 4, 16, 64, 256}

// errVoid tells that real time has run ahead of the scenario's.
var errVoid = errors.New("the machine is too busy, or timers are due too close together")

// waitLimit is how long the driver waits for what should come almost at once. It
// runs out only if the runtime has lost something, however busy the machine is.
const waitLimit = time.Minute

type clock struct {
	now     time.Duration // the scenario's time: the sum of all waits
	slower  int
	pending []*timer // those that run
}

// timer is a timer that a puppet has set.
type timer struct {
	label      string
	node       *runtime.Runtime
	ref        pid.Ref
	to, toName string        // a process or a name
	due        time.Duration // by the scenario's clock
	earliest   time.Time     // the first moment at which it can fire
}

// real returns how much real time d of the scenario's takes.
func (c *clock) real(d time.Duration) time.Duration { return d * time.Duration(c.slower) }

// wait lets d pass. The timers that are due fire one by one.
func (w *world) wait(d time.Duration) error {
	end, realEnd := w.clock.now+d, time.Now().Add(w.clock.real(d))
	for {
		t := w.clock.next()
		if t == nil || t.due > end {
			break
		}
		if err := w.await(t); err != nil {
			return err
		}
	}
	time.Sleep(time.Until(realEnd))
	w.clock.now = end
	return nil
}

// next returns the pending timer that is due first, nil if none is pending.
func (c *clock) next() *timer {
	if len(c.pending) == 0 {
		return nil
	}
	return slices.MinFunc(c.pending, func(a, b *timer) int { return cmp.Compare(a.due, b.due) })
}

// await waits until a timer has fired and its message is in the mailbox of who is
// to get it. If it is aimed at a name that nobody has there is none.
func (w *world) await(t *timer) error {
	target := w.target(t)
	before := target.arrived()
	if err := w.checkTimers(); err != nil {
		return err // it may be in before already, or others ahead of it
	}
	time.Sleep(time.Until(t.earliest))
	fired := func() bool { _, running := t.node.ReadTimer(t.ref); return !running }
	if !poll(fired) {
		return fmt.Errorf("timer %s has not fired after %s", t.label, waitLimit)
	}
	if target != nil {
		if !poll(func() bool { return target.arrived() > before }) {
			return fmt.Errorf("timer %s has fired but %s got nothing in %s", t.label, target.name, waitLimit)
		}
	}
	w.clock.pending = slices.DeleteFunc(w.clock.pending, func(p *timer) bool { return p == t })
	w.clock.now = t.due
	return nil
}

// target returns the puppet that a timer's message goes to, nil if there is none.
func (w *world) target(t *timer) *puppet {
	if t.toName == "" {
		return w.puppets[t.to]
	}
	owner, _ := t.node.Whereis(t.toName)
	return w.puppets[w.names[owner]]
}

// arrived returns how many messages have ever come into p's mailbox.
func (p *puppet) arrived() uint64 {
	if p == nil {
		return 0
	}
	info := p.handle.Info()
	return info.Received + uint64(info.QueueLen)
}

// checkTimers forgets the pending timers that were cancelled or have died with
// their targets. It returns errVoid if one may have fired instead.
func (w *world) checkTimers() error {
	var pending []*timer
	for _, t := range w.clock.pending {
		_, running := t.node.ReadTimer(t.ref)
		if !time.Now().Before(t.earliest) {
			return fmt.Errorf("%w: timer %s may have fired before its turn, with a clock %d times slower than real time",
				errVoid, t.label, w.clock.slower)
		}
		if running {
			pending = append(pending, t)
		}
	}
	w.clock.pending = pending
	return nil
}

// poll lets others run until done reports true. It reports false if that has taken
// longer than waitLimit.
func poll(done func() bool) bool {
	for start := time.Now(); !done(); {
		if time.Since(start) > waitLimit {
			return false
		}
		goruntime.Gosched()
	}
	return true
}
