package mailbox

import (
	"container/list"
	"context"
	"sync/atomic"
)

// bound is the queue of a bounded mailbox and its limit. All fields are guarded
// by the mailbox's mu.
type bound[T any] struct {
	Config[T]

	// queued is what the receiver is still to look at. refused is what a
	// selective receive that is going on has looked at and left; all of it is
	// older. It stays here, not with the receiver, so that DropOldest finds it.
	queued, refused lanes[T]
	next            uint64 // number of the next message to be queued

	held    int       // messages that count, in queued and refused; Invariant: <= Capacity
	waiting list.List // of *waiter[T], by age; Invariant: empty while held < Capacity
}

func newBound[T any](cfg Config[T]) *bound[T] { return &bound[T]{Config: cfg} }

func (b *bound[T]) exempts(v T) bool { return b.Exempt != nil && b.Exempt(v) }

func (b *bound[T]) push(v T, lane int) {
	if lane == counted {
		b.held++
	}
	b.queued[lane].push(numbered[T]{number: b.next, message: v})
	b.next++
}

// pop takes the oldest message out of queued, which must not be empty.
func (b *bound[T]) pop() T {
	lane, _ := b.queued.oldest()
	if lane == counted {
		b.held--
	}
	m := b.queued[lane].pop()
	if m.settled != nil {
		m.settled(nil)
	}
	return m.message
}

// peek returns the oldest message of queued and false if there is none.
func (b *bound[T]) peek() (m numbered[T], ok bool) {
	lane, ok := b.queued.oldest()
	if ok {
		m = *b.queued[lane].head()
	}
	return m, ok
}

// queuedBefore reports whether a message is queued whose number is below end.
func (b *bound[T]) queuedBefore(end uint64) bool {
	m, ok := b.peek()
	return ok && m.number < end
}

// refuse moves the oldest message of queued, which must not be empty, to refused.
func (b *bound[T]) refuse() {
	lane, _ := b.queued.oldest()
	b.refused[lane].push(b.queued[lane].pop())
}

// restore ends a selective receive: what it refused is queued again, in order.
func (b *bound[T]) restore() { b.queued.prepend(&b.refused) }

// dropOldest takes out the oldest message that counts. There must be one.
func (b *bound[T]) dropOldest() T {
	from := &b.refused
	if from[counted].empty() {
		from = &b.queued
	}
	b.held--
	return from[counted].pop().message
}

func (b *bound[T]) dropped(v T) {
	if b.OnDrop != nil {
		b.OnDrop(v)
	}
}

// sendBounded is the second half of SendUnless. It is called with mu held and
// returns with mu free.
func (m *Mailbox[T]) sendBounded(ctx context.Context, stop *atomic.Uint32, v T) error {
	b := m.extra.bound
	switch {
	case b.exempts(v):
		m.added++
		b.push(v, exempt)
	case b.held < b.Capacity:
		m.added++
		b.push(v, counted)
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
		old := b.dropOldest()
		b.push(v, counted) // in its place: added stays
		m.wakeAndUnlock()
		b.dropped(old)
		return nil
	case b.Policy == Block && ctx != nil:
		return m.sendLater(ctx, &waiter[T]{message: v, stop: stop, result: make(chan error, 1)})
	}
	m.mu.Unlock()
	return ErrMailboxFull
}

// takeBoundedLocked takes the oldest message out of a bounded mailbox, which must
// not be empty, and lets senders that wait have the room.
func (m *Mailbox[T]) takeBoundedLocked() T {
	v := m.extra.bound.pop()
	m.admitLocked()
	return v
}
