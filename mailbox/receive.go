package mailbox

import (
	"context"
	"time"
)

// Recv takes the oldest message out. It waits until there is one; [Mailbox.Close]
// ends the wait with [ErrClosed].
func (m *Mailbox[T]) Recv() (T, error) { return m.recv(patience{limit: noLimit}) }

// TryRecv is [Mailbox.Recv] without waiting: it returns [ErrEmpty] at once if
// nothing is queued.
func (m *Mailbox[T]) TryRecv() (T, error) { return m.recv(patience{limit: noWait}) }

// RecvTimeout is [Mailbox.Recv] but waits for d at the most and then returns
// [ErrTimeout]. With d <= 0 it does not wait.
func (m *Mailbox[T]) RecvTimeout(d time.Duration) (T, error) { return m.recv(within(d)) }

// RecvContext is [Mailbox.Recv] but waits until ctx ends at the most and then
// returns the context's cause. What is queued is received even if ctx has ended.
func (m *Mailbox[T]) RecvContext(ctx context.Context) (T, error) { return m.recv(until(ctx)) }

func (m *Mailbox[T]) recv(p patience) (v T, err error) {
	if !m.turn.begin() {
		return v, ErrConcurrentReceive
	}
	if m.hasOut() {
		v = m.out.pop() // no lock: out is the receiver's own
		m.turn.end(1)
		return v, nil
	}
	v, err = m.refill(p)
	if err != nil {
		m.turn.end(0)
		return v, err
	}
	m.turn.end(1)
	return v, nil
}

// hasOut reports whether out has a message, and if so makes it the first one of
// the first chunk. Invariant: only the first chunk of out may be empty.
func (m *Mailbox[T]) hasOut() bool {
	if m.out == nil {
		return false
	}
	if m.out.empty() && m.out.next != nil {
		m.out = m.out.next
	}
	return !m.out.empty()
}

// refill waits for messages, takes them all over and returns the first. Of a
// bounded mailbox it takes only that one: the others stay where senders find
// them, to see whether there is room and to drop the oldest.
func (m *Mailbox[T]) refill(p patience) (v T, err error) {
	m.mu.Lock()
	if p.unlimited() && m.bound() == nil {
		return m.refillUnlimited()
	}
	defer m.mu.Unlock()
	if p.unlimited() {
		err = m.waitUnlimitedLocked()
	} else {
		err = m.waitOnceLocked(p)
	}
	if err != nil {
		return v, err
	}
	if m.bound() != nil {
		return m.takeBoundedLocked(), nil
	}
	m.exchangeLocked()
	return m.out.pop(), nil
}

// refillUnlimited is refill of an unbounded mailbox by a receiver that waits for
// as long as it takes. It is called with mu held and returns with mu free.
func (m *Mailbox[T]) refillUnlimited() (v T, err error) {
	for m.in.empty() {
		if m.flags.has(closed) {
			m.mu.Unlock()
			return v, ErrClosed
		}
		if m.parkUnlock(parked|handed) == mailInOut {
			return m.out.pop(), nil
		}
		m.mu.Lock()
	}
	m.exchangeLocked()
	m.mu.Unlock()
	return m.out.pop(), nil
}

// exchangeLocked takes all messages over, of which there must be one, and gives
// the senders the receiver's empty chunk in return.
func (m *Mailbox[T]) exchangeLocked() {
	used := m.out
	m.out = m.in.takeAll()
	if used != nil {
		m.in.reuse(used)
	}
}
