package mailbox

import (
	"context"
	"time"
)

// RecvMatch takes out the oldest message for which match reports true and leaves
// the others in order. It waits until there is one, and looks at each message
// once, however long it waits. match is called in this goroutine with the mailbox
// unlocked; it must not receive from it.
func (m *Mailbox[T]) RecvMatch(match func(T) bool) (T, error) {
	return m.recvMatch(match, patience{limit: noLimit})
}

// TryRecvMatch is [Mailbox.RecvMatch] without waiting: it returns [ErrEmpty] at
// once if nothing that is queued matches.
func (m *Mailbox[T]) TryRecvMatch(match func(T) bool) (T, error) {
	return m.recvMatch(match, patience{})
}

// RecvMatchTimeout is [Mailbox.RecvMatch] but waits for d at the most and then
// returns [ErrTimeout]. With d <= 0 it does not wait and returns [ErrEmpty].
func (m *Mailbox[T]) RecvMatchTimeout(match func(T) bool, d time.Duration) (T, error) {
	return m.recvMatch(match, within(d))
}

// RecvMatchContext is [Mailbox.RecvMatch] but waits until ctx ends at the most
// and then returns the context's cause.
func (m *Mailbox[T]) RecvMatchContext(ctx context.Context, match func(T) bool) (T, error) {
	return m.recvMatch(match, until(ctx))
}

func (m *Mailbox[T]) recvMatch(match func(T) bool, p patience) (v T, err error) {
	if !m.turn.begin() {
		return v, ErrConcurrentReceive
	}
	n := uint64(0)
	defer func() { m.turn.end(n) }() // also when match panics
	v, err = m.search(match, p)
	if err == nil {
		n = 1
	}
	return v, err
}

// search looks through out, then through what arrives, each message once.
func (m *Mailbox[T]) search(match func(T) bool, p patience) (v T, err error) {
	var last *chunk[T] // the end of out
	for c := m.out; ; c = c.next {
		if c == nil {
			if c, err = m.takeOver(last, p); err != nil {
				return v, err
			}
		}
		for i := c.first; i < c.end; i++ {
			if match(c.items[i]) {
				return m.takeOut(last, c, i), nil
			}
		}
		last = c
	}
}

// takeOver waits for messages and appends them to out, whose last chunk is last.
func (m *Mailbox[T]) takeOver(last *chunk[T], p patience) (*chunk[T], error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.waitLocked(p); err != nil {
		return nil, err
	}
	all := m.in.takeAll()
	if last == nil {
		m.out = all
	} else {
		last.next = all
	}
	return all, nil
}

// takeOut removes message i of chunk c, whose predecessor in out is before, nil
// for the first. An emptied chunk is unlinked unless it is the first.
func (m *Mailbox[T]) takeOut(before, c *chunk[T], i uint32) T {
	v := c.remove(i)
	if c.empty() && before != nil {
		before.next = c.next
	}
	m.received(v)
	return v
}
