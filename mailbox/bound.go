package mailbox

import (
	"context"
	"sync/atomic"
)

// bound is the limit of a bounded mailbox. All fields are guarded by the
// mailbox's mu.
type bound[T any] struct {
	Config[T]
	held    int // queued messages that count, Invariant: <= Capacity
	waiting []*waiter[T]
}

// waiter is a sender that waits for room. Its message is queued for it by
// whoever makes the room, so that nobody can push in.
type waiter[T any] struct {
	message T
	stop    *atomic.Uint32
	result  chan error // capacity 1: a sender that has left holds nobody up
}

func newBound[T any](cfg Config[T]) *bound[T] { return &bound[T]{Config: cfg} }

func (b *bound[T]) counts(v T) bool { return b.Exempt == nil || !b.Exempt(v) }

// sendBounded is the second half of SendUnless. It is called with mu held and
// returns with mu free.
func (m *Mailbox[T]) sendBounded(ctx context.Context, stop *atomic.Uint32, v T) error {
	b := m.extra.bound
	switch {
	case !b.counts(v):
		m.queueLocked(v)
	case b.held < b.Capacity:
		b.held++
		m.queueLocked(v)
	default:
		return m.sendFull(ctx, stop, v)
	}
	m.wakeAndUnlock()
	return nil
}

// sendFull does what the policy says. It is called with mu held and returns with
// mu free.
func (m *Mailbox[T]) sendFull(ctx context.Context, stop *atomic.Uint32, v T) error {
	b := m.extra.bound
	switch {
	case b.Policy == DropNewest:
		m.mu.Unlock()
		b.dropped(v)
		return nil
	case b.Policy == DropOldest:
		old, found := m.replaceOldestLocked(v)
		if !found {
			old = v
		}
		m.wakeAndUnlock()
		b.dropped(old)
		return nil
	case b.Policy == Reject || ctx == nil:
		m.mu.Unlock()
		return ErrMailboxFull
	}
	w := &waiter[T]{v, stop, make(chan error, 1)}
	b.waiting = append(b.waiting, w)
	m.mu.Unlock()
	return m.await(ctx, w)
}

func (b *bound[T]) dropped(v T) {
	if b.OnDrop != nil {
		b.OnDrop(v)
	}
}

// replaceOldestLocked takes the oldest message that counts out of in, queues v
// and reports whether there was one to take.
func (m *Mailbox[T]) replaceOldestLocked(v T) (old T, found bool) {
	for c := m.in.first; c != nil; c = c.next {
		for i := c.first; i < c.end; i++ {
			if !m.extra.bound.counts(c.items[i]) {
				continue
			}
			old = c.remove(i)
			if c == m.in.first {
				m.in.dropEmpty()
			}
			m.added-- // queueLocked counts v in its place
			m.queueLocked(v)
			return old, true
		}
	}
	return old, false
}

// await waits for w's message to be queued, or refused, or for ctx to end.
func (m *Mailbox[T]) await(ctx context.Context, w *waiter[T]) error {
	select {
	case err := <-w.result:
		return err
	case <-ctx.Done():
	}
	m.mu.Lock()
	left := m.extra.bound.leave(w)
	m.mu.Unlock()
	if left {
		return context.Cause(ctx)
	}
	return <-w.result // it was decided before we could leave
}

// leave takes w out of the waiting senders and reports whether it was there.
func (b *bound[T]) leave(w *waiter[T]) bool {
	for i, o := range b.waiting {
		if o == w {
			b.waiting = append(b.waiting[:i], b.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// refuseWaiting ends all waiting sends with err.
func (b *bound[T]) refuseWaiting(err error) {
	for _, w := range b.waiting {
		w.result <- err
	}
	b.waiting = nil
}

// roomLocked accounts for v having been received, and queues the message of the
// sender that has waited longest in its place.
func (m *Mailbox[T]) roomLocked(v T) {
	b := m.extra.bound
	if !b.counts(v) {
		return
	}
	b.held--
	for len(b.waiting) > 0 && b.held < b.Capacity {
		w := b.waiting[0]
		b.waiting[0] = nil
		b.waiting = b.waiting[1:]
		if w.stop != nil && w.stop.Load() != 0 {
			w.result <- ErrStopped
			continue
		}
		b.held++
		m.queueLocked(w.message)
		w.result <- nil
	}
}
