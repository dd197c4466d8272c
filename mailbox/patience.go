package mailbox

import (
	"context"
	"math"
	"time"
)

// patience says how long a receiver is willing to wait: for limit, and until
// ended, if there is one, is set.
type patience struct {
	limit time.Duration
	ended *error // guarded by mu; set when the context of the receive has ended
}

// Limits that are not a time.
const (
	noWait  = time.Duration(-1)
	noLimit = time.Duration(math.MaxInt64)
)

func within(d time.Duration) patience { return patience{limit: max(d, 0)} }

// until returns the patience to wait until ctx ends. stop is to be called when it
// is no longer needed. No method of ctx is called with mu held: it may take locks
// that somebody holds who sends.
func (m *Mailbox[T]) until(ctx context.Context) (p patience, stop func() bool) {
	ended := new(error)
	stop = context.AfterFunc(ctx, func() {
		cause := context.Cause(ctx)
		m.mu.Lock()
		*ended = cause
		m.interruptAndUnlock()
	})
	return patience{limit: noLimit, ended: ended}, stop
}

// wait is what a receiver's patience has come to. A selective receive may have to
// wait many times; they share one wait, and so one limit.
type wait struct {
	patience
	due   time.Time // when limit is over; zero until over is first asked
	final bool      // it was over when the receiver last found messages: they are the last
}

// over returns nil while the receiver is willing to wait, and then the error that
// it is to return. It is called with mu held.
func (w *wait) over() error {
	switch {
	case w.ended != nil:
		return *w.ended
	case w.limit == noLimit:
		return nil
	case w.limit == noWait:
		return ErrEmpty
	case w.due.IsZero() && w.limit > 0:
		w.due = time.Now().Add(w.limit)
		return nil
	case time.Now().Before(w.due):
		return nil
	}
	return ErrTimeout
}
