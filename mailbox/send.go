package mailbox

import (
	"context"
	"sync/atomic"
)

// Sender is the sending half of a [Mailbox], made by [Mailbox.Sender]. It is a
// small value, equal to another Sender of the same mailbox. The zero Sender has no
// mailbox: its methods panic.
type Sender[T any] struct {
	m *Mailbox[T]
}

// Send is [Mailbox.Send].
func (s Sender[T]) Send(ctx context.Context, v T) error { return s.m.Send(ctx, v) }

// TrySend is [Mailbox.TrySend].
func (s Sender[T]) TrySend(v T) error { return s.m.TrySend(v) }

// SendAll is [Mailbox.SendAll].
func (s Sender[T]) SendAll(vs []T) (queued int, err error) { return s.m.SendAll(vs) }

// IsClosed is [Mailbox.IsClosed].
func (s Sender[T]) IsClosed() bool { return s.m.IsClosed() }

// Send queues v. It waits only if the mailbox is bounded with policy [Block] and
// full: until there is room, or ctx ends, and then returns the context's cause.
// With room it does not look at ctx. It returns [ErrClosed] if the mailbox is
// closed or, with policy [Reject], [ErrMailboxFull].
func (m *Mailbox[T]) Send(ctx context.Context, v T) error {
	return m.SendUnless(ctx, nil, v)
}

// TrySend queues v without waiting. Where [Mailbox.Send] would wait it returns
// [ErrMailboxFull].
func (m *Mailbox[T]) TrySend(v T) error {
	var never context.Context // nil: do not wait
	return m.SendUnless(never, nil, v)
}

// SendUnless is [Mailbox.Send], but queues v only while stop is 0 and else
// returns [ErrStopped]. This is decided at the moment of queueing, with the
// mailbox locked: behind a message that was sent after stop had been set, nothing
// of the stopped sender is ever queued. Setting stop does not wake a sender that
// waits for room; it learns of it when there is room. A nil ctx never waits, a nil
// stop never stops.
func (m *Mailbox[T]) SendUnless(ctx context.Context, stop *atomic.Uint32, v T) error {
	m.mu.Lock()
	if m.flags.has(closed) {
		m.mu.Unlock()
		return ErrClosed
	}
	if stop != nil && stop.Load() != 0 {
		m.mu.Unlock()
		return ErrStopped
	}
	if m.extra != nil && m.extra.bound != nil {
		return m.sendBounded(ctx, stop, v)
	}
	m.queueAndUnlock(v)
	return nil
}

// queueAndUnlock queues v in an unbounded mailbox, wakes its receiver, and unlocks m.
func (m *Mailbox[T]) queueAndUnlock(v T) {
	m.added++
	if m.parker.isParked() && !m.flags.has(selective) {
		m.handAndUnlock(v)
		return
	}
	m.in.push(v)
	m.wakeAndUnlock()
}

// SendAll queues all of vs, in order, and wakes the receiver once. It never waits: it
// returns how many it has queued and, if that is not all, why not the next one, as
// [Mailbox.TrySend] does. It keeps nothing of vs itself. In a bounded mailbox messages
// of others may come between these.
func (m *Mailbox[T]) SendAll(vs []T) (queued int, err error) {
	if len(vs) > 1 && m.SendTogether(vs) {
		return len(vs), nil
	}
	for i, v := range vs {
		if err := m.TrySend(v); err != nil {
			return i, err
		}
	}
	return len(vs), nil
}

// SendTogether is [Mailbox.SendAll] if none of vs can be refused. Else, because the
// mailbox is bounded or closed, it does nothing and reports false.
func (m *Mailbox[T]) SendTogether(vs []T) bool {
	m.mu.Lock()
	if m.flags.has(closed) || m.bound() != nil {
		m.mu.Unlock()
		return false
	}
	m.added += uint32(len(vs))
	m.in.pushAll(vs)
	m.wakeAndUnlock()
	return true
}

// wakeAndUnlock unlocks m and wakes the receiver if it waits.
func (m *Mailbox[T]) wakeAndUnlock() {
	receiver := m.parker.notify()
	var onMail func()
	if m.extra != nil {
		onMail, m.extra.onMail = m.extra.onMail, nil
	}
	m.mu.Unlock()
	if onMail != nil {
		onMail()
		return
	}
	receiver.wake()
}

// handAndUnlock puts v straight into out of the receiver, which waits for it, wakes
// it, and unlocks m.
func (m *Mailbox[T]) handAndUnlock(v T) {
	c := m.out // empty, and there is no other one behind it
	if c == nil {
		c = m.in.takeChunk()
		m.out = c
	}
	c.items[0] = v
	c.first, c.end = 0, 1
	receiver := m.parker.unpark()
	m.mu.Unlock()
	receiver.wake()
}
