package statem

import (
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// timerChange is what is to be done with a timer.
type timerChange struct {
	timer   Timer
	what    timerAction
	after   time.Duration
	content any
}

type timerAction uint8

const (
	setTimer timerAction = iota
	cancelTimer
	updateTimer
)

// timers are a machine's timeouts. Each timer has at most one: either a timer of
// the runtime runs for it, or it is due.
type timers struct {
	running map[Timer]timeout
	// due are those of time zero, in the order in which they were set. They
	// are no events yet, so that they can still be cancelled.
	due []timeout
	// stale are timers that were cancelled too late: their message is still to
	// come, and nobody is to see it. Each leaves with its message.
	stale map[pid.Ref]struct{}
}

type timeout struct {
	timer   Timer
	ref     pid.Ref // zero if due
	content any
}

func (t timeout) event() Event {
	return Event{Kind: Timeout, Timer: t.timer, Content: t.content}
}

func (t *timers) change(ctx *runtime.Context, c timerChange) {
	switch {
	case c.what == cancelTimer:
		t.cancel(ctx, c.timer)
	case c.what == updateTimer && t.update(c):
	default:
		t.set(ctx, c)
	}
}

func (t *timers) set(ctx *runtime.Context, c timerChange) {
	t.cancel(ctx, c.timer)
	if c.after == 0 {
		t.due = append(t.due, timeout{timer: c.timer, content: c.content})
		return
	}
	if t.running == nil {
		t.running = make(map[Timer]timeout)
	}
	t.running[c.timer] = timeout{c.timer, ctx.StartTimer(c.after), c.content}
}

// update reports whether there was a timeout to be changed.
func (t *timers) update(c timerChange) bool {
	if running, ok := t.running[c.timer]; ok {
		running.content = c.content
		t.running[c.timer] = running
		return true
	}
	if i := t.findDue(c.timer); i >= 0 {
		t.due[i].content = c.content
		return true
	}
	return false
}

func (t *timers) findDue(timer Timer) int {
	return slices.IndexFunc(t.due, func(due timeout) bool { return due.timer == timer })
}

func (t *timers) cancel(ctx *runtime.Context, timer Timer) {
	if i := t.findDue(timer); i >= 0 {
		t.due = slices.Delete(t.due, i, i+1)
		return
	}
	running, ok := t.running[timer]
	if !ok {
		return
	}
	delete(t.running, timer)
	if _, before := ctx.CancelTimer(running.ref); before {
		return
	}
	if t.stale == nil {
		t.stale = make(map[pid.Ref]struct{})
	}
	t.stale[running.ref] = struct{}{}
}

// takeDue takes the oldest timeout of time zero.
func (t *timers) takeDue() (timeout, bool) {
	if len(t.due) == 0 {
		return timeout{}, false
	}
	first := t.due[0]
	t.due = slices.Delete(t.due, 0, 1)
	return first, true
}

// fired takes the timeout whose timer has the given Ref. It is not ours if the
// program set that timer itself; then it is an event as any other message.
func (t *timers) fired(ref pid.Ref) (out timeout, live, ours bool) {
	if _, stale := t.stale[ref]; stale {
		delete(t.stale, ref)
		return timeout{}, false, true
	}
	for timer, running := range t.running {
		if running.ref == ref {
			delete(t.running, timer)
			return running, true, true
		}
	}
	return timeout{}, false, false
}
