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
	m.added++
	if m.flags.has(handed) {
		m.handAndUnlock(v)
		return nil
	}
	m.in.push(v)
	m.wakeAndUnlock()
	return nil
}

// wakeAndUnlock unlocks m and wakes the receiver if it waits. The receiver is
// woken after the unlock, so that it does not run into the lock.
func (m *Mailbox[T]) wakeAndUnlock() {
	if !m.flags.has(parked) {
		m.mu.Unlock()
		return
	}
	m.flags &^= parked | handed
	var onMail func()
	if m.extra != nil {
		onMail, m.extra.onMail = m.extra.onMail, nil
	}
	m.mu.Unlock()
	if onMail != nil {
		onMail()
		return
	}
	m.parker.wake(lookAgain)
}

// handAndUnlock puts v straight into out of a receiver that waits for it, wakes
// it, and unlocks m. So the receiver need not lock m to find v: in a conversation
// of two that is one lock less for each message, and a sixth of the time.
func (m *Mailbox[T]) handAndUnlock(v T) {
	if m.out == nil {
		m.out = newChunk[T](smallChunk)
	} else {
		m.out.reset()
	}
	m.out.items[0] = v
	m.out.end = 1
	m.flags &^= parked | handed
	m.mu.Unlock()
	m.parker.wake(mailInOut)
}
