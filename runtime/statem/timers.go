package statem

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/genserver"
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

// timers are a machine's timeouts. Each timer has at most one: either an alarm runs, or
// has rung, for it, or it is due. An alarm is no message, so nothing that the program
// receives has to do with it, and one that is cancelled is gone.
type timers struct {
	running map[Timer]*timeout
	// due are those of time zero, in the order in which they were set. They
	// are no events yet, so that they can still be cancelled.
	due []*timeout
}

type timeout struct {
	timer   Timer
	content any
	ref     pid.Ref       // of the alarm; stopped by the end of the process
	at      time.Duration // when it is over, in uptime
	// rang is set by the alarm, to one more than the number of messages that come
	// before the timeout; 0: it has not rung.
	rang atomic.Uint64
}

func (t *timeout) event() Event {
	return Event{Kind: Timeout, Timer: t.timer, Content: t.content}
}

// before reports whether t, which has rung, comes before o, which has too.
func (t *timeout) before(o *timeout) bool {
	return cmp.Or(cmp.Compare(t.rang.Load(), o.rang.Load()), cmp.Compare(t.at, o.at)) < 0
}

func (t *timers) change(ctx *genserver.Context, c timerChange) {
	switch {
	case c.what == cancelTimer:
		t.cancel(ctx, c.timer)
	case c.what == updateTimer && t.update(c):
	default:
		t.set(ctx, c)
	}
}

func (t *timers) set(ctx *genserver.Context, c timerChange) {
	t.cancel(ctx, c.timer)
	set := &timeout{timer: c.timer, content: c.content}
	if c.after == 0 {
		t.due = append(t.due, set)
		return
	}
	if t.running == nil {
		t.running = make(map[Timer]*timeout)
	}
	t.running[c.timer] = set
	set.at = ctx.Runtime().Uptime() + c.after
	set.ref = ctx.StartAlarm(c.after, func(queued uint64) { set.rang.Store(queued + 1) })
}

// update reports whether there was a timeout to be changed.
func (t *timers) update(c timerChange) bool {
	if running, ok := t.running[c.timer]; ok {
		running.content = c.content
		return true
	}
	if i := t.findDue(c.timer); i >= 0 {
		t.due[i].content = c.content
		return true
	}
	return false
}

func (t *timers) findDue(timer Timer) int {
	return slices.IndexFunc(t.due, func(due *timeout) bool { return due.timer == timer })
}

func (t *timers) cancel(ctx *genserver.Context, timer Timer) {
	if i := t.findDue(timer); i >= 0 {
		t.due = slices.Delete(t.due, i, i+1)
		return
	}
	if running, ok := t.running[timer]; ok {
		delete(t.running, timer)
		ctx.CancelTimer(running.ref)
	}
}

// takeDue takes the oldest timeout of time zero.
func (t *timers) takeDue() (Event, bool) {
	if len(t.due) == 0 {
		return Event{}, false
	}
	first := t.due[0]
	t.due = slices.Delete(t.due, 0, 1)
	return first.event(), true
}

// first returns the timeout that rang first, nil if none has.
func (t *timers) first() (first *timeout) {
	for _, running := range t.running {
		if running.rang.Load() != 0 && (first == nil || running.before(first)) {
			first = running
		}
	}
	return first
}

// takeFirst takes the timeout that rang first. It may have been cancelled meanwhile.
func (t *timers) takeFirst() (Event, bool) {
	first := t.first()
	if first == nil {
		return Event{}, false
	}
	delete(t.running, first.timer)
	return first.event(), true
}
