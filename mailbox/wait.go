package mailbox

import (
	"context"
	"time"
)

// patience says how long a receiver is willing to wait: until ctx ends if there
// is one, else for limit. The zero patience does not wait at all.
type patience struct {
	ctx   context.Context
	limit time.Duration
}

const noLimit = time.Duration(1<<63 - 1)

func within(d time.Duration) patience { return patience{limit: max(d, 0)} }

func until(ctx context.Context) patience { return patience{ctx: ctx} }

// waitLocked returns nil once in has a message, or says why there will be none.
// It unlocks mu while it waits.
func (m *Mailbox[T]) waitLocked(p patience) error {
	if p.ctx != nil || p.limit != noLimit {
		return m.waitLimitedLocked(p)
	}
	for m.emptyLocked() {
		if m.closed {
			return ErrClosed
		}
		m.parkLocked()
	}
	return nil
}

func (m *Mailbox[T]) waitLimitedLocked(p patience) error {
	switch {
	case !m.emptyLocked():
		return nil
	case m.closed:
		return ErrClosed
	case p.ctx != nil:
		stop := context.AfterFunc(p.ctx, m.interrupt)
		defer stop()
		return m.waitUntilLocked(func() error { return context.Cause(p.ctx) })
	case p.limit == 0:
		return ErrEmpty
	}
	a := m.extraLocked().alarmMade()
	a.set(p.limit, m.ring)
	defer a.clear()
	return m.waitUntilLocked(a.over)
}

// waitUntilLocked waits for a message until over returns an error.
func (m *Mailbox[T]) waitUntilLocked(over func() error) error {
	for m.emptyLocked() {
		if m.closed {
			return ErrClosed
		}
		if err := over(); err != nil {
			return err
		}
		m.parkLocked()
	}
	return nil
}

// parkLocked waits until somebody wakes the receiver. It unlocks mu meanwhile.
func (m *Mailbox[T]) parkLocked() {
	m.giveBackLocked()
	m.wake.L = &m.mu
	m.parked = true
	m.wake.Wait()
	m.parked = false
}

// emptyLocked reports whether there is nothing for the receiver to look at, apart
// from what it has taken over.
func (m *Mailbox[T]) emptyLocked() bool {
	if b := m.bound(); b != nil {
		return b.queued.empty()
	}
	return m.in.empty()
}

// giveBackLocked lets go of memory that is left from a burst. The mailbox must be
// empty.
func (m *Mailbox[T]) giveBackLocked() {
	if m.spare != nil && len(m.spare.items) > keptIdle {
		m.spare = nil
	}
	if b := m.bound(); b != nil {
		b.queued.giveBack()
		return
	}
	m.in.giveBack()
}

// interrupt makes a parked receiver look again at why it waits.
func (m *Mailbox[T]) interrupt() {
	m.mu.Lock()
	m.wakeAndUnlock()
}

// Notify asks for one call of f as soon as there is something to receive: a
// message or [ErrClosed]. It reports whether that is still to come; if not, f is
// not called. It takes the place of a receiver that waits, so it must not be
// called while a goroutine receives, and receiving must wait for f. f is called
// in the goroutine of a sender and must not block.
func (m *Mailbox[T]) Notify(f func()) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.turn.begin() {
		panic("mailbox: Notify during a receive")
	}
	defer m.turn.end(0) // before the unlock: f may start a receiver at once
	if m.closed || !m.emptyLocked() || m.out != nil && (!m.out.empty() || m.out.next != nil) {
		return false
	}
	m.spare, m.out, m.in = nil, nil, queue[T]{}
	m.extraLocked().onMail = f
	m.parked = true
	return true
}

// alarm is the timer of a receiver that waits for a limited time. It is made
// once for a mailbox and used again. All fields are guarded by the mailbox's mu.
type alarm struct {
	timer *time.Timer
	due   time.Time // zero: not set
	rung  bool
}

// alarmMade returns x.alarm, made if it was not there.
func (x *extra[T]) alarmMade() *alarm {
	if x.alarm == nil {
		x.alarm = new(alarm)
	}
	return x.alarm
}

func (a *alarm) set(d time.Duration, ring func()) {
	a.due, a.rung = time.Now().Add(d), false
	if a.timer == nil {
		a.timer = time.AfterFunc(d, ring)
	} else {
		a.timer.Reset(d)
	}
}

func (a *alarm) over() error {
	if a.rung {
		return ErrTimeout
	}
	return nil
}

func (a *alarm) clear() {
	a.timer.Stop()
	a.due = time.Time{}
}

// ring is called by the timer. A call for a wait that is over, which Stop came
// too late for, finds no due time, or a later one with a timer of its own.
func (m *Mailbox[T]) ring() {
	m.mu.Lock()
	a := m.extra.alarm
	if a.due.IsZero() || time.Now().Before(a.due) {
		m.mu.Unlock()
		return
	}
	a.rung = true
	m.wakeAndUnlock()
}
