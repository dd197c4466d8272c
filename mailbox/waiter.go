package mailbox

import (
	"context"
	"sync/atomic"
)

// waiter is a sender that waits for room. Its message is queued for it by
// whoever makes the room, so that nobody can push in.
type waiter[T any] struct {
	message T
	stop    *atomic.Uint32
	result  chan error // capacity 1, written under mu: a sender that has left holds nobody up

	left    *Waiting[T] // of a message that was left, see Mailbox.Leave: then instead of result
	settled func(error)
}

// settle tells who waits what became of its message.
func (w *waiter[T]) settle(err error) {
	if w.left == nil {
		w.result <- err
		return
	}
	w.left.place = nil
	w.settled(err)
}

// sendLater waits for w's message to be queued, or refused, or for ctx to end. It
// is called with mu held and returns with mu free.
func (m *Mailbox[T]) sendLater(ctx context.Context, w *waiter[T]) error {
	waiting := &m.extra.bound.waiting
	place := waiting.PushBack(w)
	m.mu.Unlock()
	select {
	case err := <-w.result:
		return err
	case <-ctx.Done():
	}
	m.mu.Lock()
	select {
	case err := <-w.result: // it was decided before w could leave
		m.mu.Unlock()
		return err
	default:
		waiting.Remove(place)
		m.mu.Unlock()
		return context.Cause(ctx)
	}
}

// admitLocked queues messages of senders that wait, those that have waited
// longest first, while there is room.
func (m *Mailbox[T]) admitLocked() {
	b := m.extra.bound
	for b.held < b.Capacity && b.waiting.Len() > 0 {
		w := b.waiting.Remove(b.waiting.Front()).(*waiter[T])
		if w.stop != nil && w.stop.Load() != 0 {
			w.settle(ErrStopped)
			continue
		}
		m.added++
		b.push(w.message, counted)
		w.settle(nil)
	}
}

// refuseWaiting ends all sends that wait with err.
func (b *bound[T]) refuseWaiting(err error) {
	for b.waiting.Len() > 0 {
		b.waiting.Remove(b.waiting.Front()).(*waiter[T]).settle(err)
	}
}
