package mailbox

import "container/list"

// Left says what became of a message that was left with a mailbox, see
// [Mailbox.Leave].
type Left[T any] struct {
	// Waiting is the message if it waits for room, else nil.
	Waiting *Waiting[T]
	// Dropped is the message that the policy has dropped, if Drops is set.
	Dropped T
	Drops   bool
}

// Waiting is a message that waits in a full mailbox for room, with no sender that
// waits with it.
type Waiting[T any] struct {
	waiter waiter[T]
	place  *list.Element // guarded by the mailbox's mu; nil once it waits no more
}

// Offer queues v if there is room, and reports whether there was. It does nothing
// else, whatever the policy. It returns [ErrClosed].
func (m *Mailbox[T]) Offer(v T) (queued bool, err error) {
	m.mu.Lock()
	b := m.bound()
	switch {
	case m.flags.has(closed):
		m.mu.Unlock()
		return false, ErrClosed
	case b == nil:
		m.queueAndUnlock(v)
		return true, nil
	case b.exempts(v):
		b.push(v, exempt)
	case b.held < b.Capacity:
		b.push(v, counted)
	default:
		m.mu.Unlock()
		return false, nil
	}
	m.added++
	m.wakeAndUnlock()
	return true, nil
}

// Leave is [Mailbox.Send] for those who can neither wait nor run the program's code,
// as the reader of a connection. What Send would wait for, the message waits for
// in the mailbox, in turn with the senders that wait. Then settled is called once:
// with nil when the message gets the room that it waited for or, after
// [Mailbox.Admit], is received; with [ErrClosed] when the mailbox is closed before.
// It is called with the mailbox locked: it must not use the mailbox, nor wait.
//
// A message that the policy drops is returned and [Config.OnDrop] not called. For
// all but a waiting message settled is never called. Leave returns [ErrClosed] and,
// with policy [Reject], [ErrMailboxFull].
func (m *Mailbox[T]) Leave(v T, settled func(error)) (left Left[T], err error) {
	m.mu.Lock()
	b := m.bound()
	switch {
	case m.flags.has(closed):
		err = ErrClosed
	case b == nil || b.exempts(v) || b.held < b.Capacity:
		m.mu.Unlock()
		return left, m.TrySend(v)
	case b.Policy == Block:
		w := &Waiting[T]{waiter: waiter[T]{message: v, settled: settled}}
		w.place = b.waiting.PushBack(&w.waiter)
		w.waiter.left = w
		left.Waiting = w
	case b.Policy == DropNewest:
		left.Dropped, left.Drops = v, true
	case b.Policy == DropOldest:
		left.Dropped, left.Drops = b.dropOldest(), true
		b.push(v, counted)
		m.wakeAndUnlock()
		return left, nil
	default:
		err = ErrMailboxFull
	}
	m.mu.Unlock()
	return left, err
}

// Admit queues a message that waits for room without regard to the bound, for what
// must come after it and must not wait. It does nothing if w waits no more.
func (m *Mailbox[T]) Admit(w *Waiting[T]) {
	m.mu.Lock()
	if w.place == nil {
		m.mu.Unlock()
		return
	}
	b := m.bound()
	b.waiting.Remove(w.place)
	w.place = nil
	m.added++
	b.queued[exempt].push(numbered[T]{b.next, w.waiter.message, w.waiter.settled})
	b.next++
	m.wakeAndUnlock()
}
