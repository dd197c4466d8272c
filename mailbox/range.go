package mailbox

import (
	"context"
	"iter"
)

// All returns the messages in the order in which they are received, for a range loop:
// until ctx ends, or until the mailbox is closed and has no more. A loop that is left
// early leaves the rest in the mailbox. It receives: while it runs no other goroutine may.
func (m *Mailbox[T]) All(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for ctx.Err() == nil {
			v, err := m.RecvContext(ctx)
			if err != nil || !yield(v) {
				return
			}
		}
	}
}

// Chan returns a channel on which the messages come, for use in a select. It is closed
// when ctx has ended, or when the mailbox is closed and has no more. A goroutine receives
// for it until then, one message ahead of the reader; that message is put back when ctx
// ends. So nobody else may receive, and [Mailbox.Len] does not count that message, before
// the channel is closed. A message costs several times what it costs by [Mailbox.Recv].
func (m *Mailbox[T]) Chan(ctx context.Context) <-chan T {
	messages := make(chan T)
	go func() { // ends with ctx or the mailbox; the close tells the reader
		defer close(messages)
		for v := range m.All(ctx) {
			select {
			case messages <- v:
			case <-ctx.Done():
				m.putBack(v)
				return
			}
		}
	}()
	return messages
}

// putBack makes v, which the caller has received last, the oldest message again.
func (m *Mailbox[T]) putBack(v T) {
	if !m.turn.begin() && !m.beginAfterPeek() {
		return // another goroutine receives, which Chan forbids: v has been its own
	}
	defer m.turn.end(^uint64(0)) // one less
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.flags.has(discarded) {
		return
	}
	if b := m.bound(); b != nil {
		b.putBack(v)
		m.parker.notify() // the receiver is this goroutine: there is nobody to wake
		return
	}
	c := newChunk[T](smallChunk)
	c.items[0], c.end = v, 1
	if m.hasOut() {
		c.next = m.out
	}
	m.out = c
}

// putBack makes v the oldest message. It does not count any more: its room may have been
// given away.
func (b *bound[T]) putBack(v T) {
	var older lanes[T]
	older[exempt].push(numbered[T]{number: 0, message: v}) // all that are queued came later, so none has 0
	b.queued.prepend(&older)
}
