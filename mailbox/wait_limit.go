package mailbox

import (
	"context"
	"math"
	"time"
)

// waitLimit says how long a receiver may wait: for limit, and until ctx ends, if there
// is one.
type waitLimit struct {
	limit time.Duration
	ctx   context.Context
}

// Limits that are not a time.
const (
	noWait  = time.Duration(-1)
	noLimit = time.Duration(math.MaxInt64)
)

func within(d time.Duration) waitLimit {
	if d <= 0 {
		d = noWait
	}
	return waitLimit{limit: d}
}

func until(ctx context.Context) waitLimit { return waitLimit{limit: noLimit, ctx: ctx} }

func (p waitLimit) unlimited() bool { return p.limit == noLimit && p.ctx == nil }

// wait is how far a receiver is within its limit. A selective receive may have to wait
// many times; they share one wait, and so one limit.
type wait struct {
	waitLimit
	due    time.Time   // when limit is over; zero until over is first asked
	ended  *error      // guarded by mu; set when ctx has ended
	stop   func() bool // stops to watch ctx; nil while it is not watched
	looked bool        // the receiver has looked at messages that were queued
	final  bool        // it was over when the receiver last did: they were the last
}

// watchLocked sees to it that the end of w's context, if there is one, gets known
// to over. It unlocks mu meanwhile: a context may take a lock that somebody holds
// who sends.
func (m *Mailbox[T]) watchLocked(w *wait) {
	if w.ctx == nil || w.stop != nil {
		return
	}
	ctx, ended := w.ctx, new(error)
	w.ended = ended
	m.mu.Unlock()
	defer m.mu.Lock()
	w.stop = context.AfterFunc(ctx, func() {
		cause := context.Cause(ctx)
		m.mu.Lock()
		*ended = cause
		m.interruptAndUnlock()
	})
}

// end ends the wait. It is called with mu free, for the same reason.
func (w *wait) end() {
	if w.stop != nil {
		w.stop()
	}
}

// over returns nil while the receiver may wait, and then the error that
// it is to return. It is called with mu held.
func (w *wait) over() error {
	switch {
	case w.ended != nil:
		return *w.ended // a receiver with a context has no limit
	case w.limit == noLimit:
		return nil
	case w.limit == noWait:
		return ErrEmpty
	case w.due.IsZero():
		w.due = time.Now().Add(w.limit)
		return nil
	case time.Now().Before(w.due):
		return nil
	}
	return ErrTimeout
}
