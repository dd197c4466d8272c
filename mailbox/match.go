package mailbox

import (
	"context"
	"time"
)

// RecvMatch takes out the oldest message for which match reports true and leaves
// the others in order. It waits until there is one, and looks at each message
// once, however long it waits; the next call begins anew with the oldest. match
// is called in this goroutine with the mailbox unlocked. It may send, but not
// receive. If it panics no message is lost; RecvMatch itself panics if it is nil.
// With [DropOldest] a sender may drop the very message that match is called with:
// it is then passed over, whatever match says.
func (m *Mailbox[T]) RecvMatch(match func(T) bool) (T, error) {
	return m.recvMatch(match, waitLimit{limit: noLimit})
}

// TryRecvMatch is [Mailbox.RecvMatch] without waiting: it returns [ErrEmpty] at
// once if nothing that is queued matches.
func (m *Mailbox[T]) TryRecvMatch(match func(T) bool) (T, error) {
	return m.recvMatch(match, waitLimit{limit: noWait})
}

// RecvMatchTimeout is [Mailbox.RecvMatch] but waits for d at the most and then
// returns [ErrTimeout]. With d <= 0 it does not wait and returns [ErrEmpty],
// which is an ErrTimeout to [errors.Is].
func (m *Mailbox[T]) RecvMatchTimeout(match func(T) bool, d time.Duration) (T, error) {
	return m.recvMatch(match, within(d))
}

// RecvMatchContext is [Mailbox.RecvMatch] but waits until ctx ends at the most
// and then returns the context's cause.
func (m *Mailbox[T]) RecvMatchContext(ctx context.Context, match func(T) bool) (T, error) {
	return m.recvMatch(match, until(ctx))
}

func (m *Mailbox[T]) recvMatch(match func(T) bool, p waitLimit) (v T, err error) {
	if match == nil {
		panic("mailbox: match is nil")
	}
	if !m.turn.begin() && !m.beginAfterPeek() {
		return v, ErrConcurrentReceive
	}
	n := uint64(0)
	defer func() { m.turn.end(n) }() // also when match panics
	w := wait{waitLimit: p}
	defer w.end()
	if m.bound() != nil {
		v, err = m.searchBounded(match, &w)
	} else {
		v, err = m.search(match, &w)
	}
	if err == nil {
		n = 1
	}
	return v, err
}

// search looks through out, then through what arrives, each message once.
func (m *Mailbox[T]) search(match func(T) bool, w *wait) (v T, err error) {
	var c, before *chunk[T] // before is the one before c in out
	if m.hasOut() {
		c = m.out
	}
	for ; ; before, c = c, c.next {
		if c == nil {
			if c, err = m.takeOver(before, w); err != nil {
				return v, err
			}
		}
		for i := c.first; i < c.end; i++ {
			if match(c.items[i]) {
				return m.takeOut(before, c, i), nil
			}
		}
	}
}

// takeOver waits for messages and appends them to out, whose last chunk is last,
// nil if there is nothing in out.
func (m *Mailbox[T]) takeOver(last *chunk[T], w *wait) (*chunk[T], error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.moreLocked(w); err != nil {
		return nil, err
	}
	if last == nil {
		m.exchangeLocked()
		return m.out, nil
	}
	last.next = m.in.takeAll()
	return last.next, nil
}

// takeOut removes message i of chunk c, whose predecessor in out is before, nil
// for the first. An emptied chunk is unlinked unless it is the first.
func (m *Mailbox[T]) takeOut(before, c *chunk[T], i uint16) T {
	v := c.remove(i)
	after := c.shrunk()
	if c.empty() && before != nil {
		after = c.next
	}
	if before != nil {
		before.next = after
	} else {
		m.out = after
	}
	return v
}

// searchBounded looks at one message after the other while they stay where
// DropOldest finds them.
func (m *Mailbox[T]) searchBounded(match func(T) bool, w *wait) (v T, err error) {
	b := m.extra.bound
	m.mu.Lock()
	defer m.mu.Unlock()
	defer b.restore() // also when match panics
	for {
		if err := m.moreLocked(w); err != nil {
			return v, err
		}
		for end := b.next; b.queuedBefore(end); {
			if m.findLocked(match) {
				return m.takeBoundedLocked(), nil
			}
		}
	}
}

// findLocked reports whether the oldest message of queued matches, and if not
// puts it aside. It unlocks mu while it asks.
func (m *Mailbox[T]) findLocked(match func(T) bool) bool {
	b := m.extra.bound
	asked, _ := b.peek()
	matches := m.askUnlocked(match, asked.message)
	if now, ok := b.peek(); !ok || now.number != asked.number {
		return false // a sender has dropped it meanwhile
	}
	if !matches {
		b.refuse()
	}
	return matches
}

// askUnlocked returns what match says of v and unlocks mu while it does.
func (m *Mailbox[T]) askUnlocked(match func(T) bool, v T) bool {
	m.mu.Unlock()
	defer m.mu.Lock()
	return match(v)
}
