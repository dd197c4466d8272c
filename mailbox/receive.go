package mailbox

import (
	"context"
	"math"
	"time"
)

// Recv takes the oldest message out. It waits until there is one; [Mailbox.Close]
// ends the wait with [ErrClosed].
func (m *Mailbox[T]) Recv() (v T, err error) {
	if !m.turn.begin() && !m.beginAfterPeek() {
		return v, ErrConcurrentReceive
	}
	if m.hasOut() || m.fetch(closed) {
		v = m.out.pop()
		m.turn.end(1)
		return v, nil
	}
	return m.recvAtEnd()
}

// recvAtEnd is the rest of Recv when fetch has brought nothing.
func (m *Mailbox[T]) recvAtEnd() (v T, err error) {
	if m.bound() != nil {
		return m.finish(m.refill(waitLimit{limit: noLimit}))
	}
	m.turn.end(0)
	return v, ErrClosed
}

// TryRecv is [Mailbox.Recv] without waiting: it returns [ErrEmpty] at once if
// nothing is queued.
func (m *Mailbox[T]) TryRecv() (T, error) { return m.recv(waitLimit{limit: noWait}) }

// RecvTimeout is [Mailbox.Recv] but waits for d at the most and then returns
// [ErrTimeout]. With d <= 0 it does not wait and returns [ErrEmpty], which is an
// ErrTimeout to [errors.Is].
func (m *Mailbox[T]) RecvTimeout(d time.Duration) (T, error) { return m.recv(within(d)) }

// RecvContext is [Mailbox.Recv] but waits until ctx ends at the most and then
// returns the context's cause. What is queued is received even if ctx has ended.
func (m *Mailbox[T]) RecvContext(ctx context.Context) (T, error) { return m.recv(until(ctx)) }

func (m *Mailbox[T]) recv(p waitLimit) (v T, err error) {
	if !m.turn.begin() && !m.beginAfterPeek() {
		return v, ErrConcurrentReceive
	}
	if m.hasOut() {
		v = m.out.pop() // no lock: out is the receiver's own
		m.turn.end(1)
		return v, nil
	}
	return m.finish(m.refill(p))
}

// Reserve makes room in advance for the first message, so that its sender allocates
// nothing. Once something has been received, and in a bounded mailbox, it does nothing.
func (m *Mailbox[T]) Reserve() {
	if m.turn.taken() > 0 {
		return // there is room from that
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.in.first == nil && m.bound() == nil && !m.flags.has(closed) {
		m.in.reuse(newChunk[T](smallChunk))
	}
}

// finish ends a receive with its result.
func (m *Mailbox[T]) finish(v T, err error) (T, error) {
	if err == nil {
		m.turn.end(1)
	} else {
		m.turn.end(0)
	}
	return v, err
}

// hasOut reports whether out has a message, and if so makes it the first one of
// the first chunk. Invariant: only the first chunk of out may be empty.
func (m *Mailbox[T]) hasOut() bool {
	if m.out == nil {
		return false
	}
	if m.out.empty() && m.out.next != nil {
		m.out = m.out.advance()
	}
	return !m.out.empty()
}

// busyBatch is how many messages make a flood, if they are taken over at once.
const busyBatch = 32

// fetch waits for as long as it takes and reports whether out has a message then. If
// not, the mailbox is closed or has the flag end, or it is bounded, which is left to
// refill: most receives in most programs are of the other kind.
//
// A receiver that is quicker than its senders would look for each message by itself,
// and they would hand the mailbox's cache line to and fro. In a flood it waits for
// some to come together first.
func (m *Mailbox[T]) fetch(end flags) bool {
	if m.out != nil && m.out.batch >= busyBatch {
		spin()
	}
	for {
		m.parker.park()
		if m.hasOut() {
			return true
		}
		m.mu.Lock()
		switch {
		case m.bound() != nil:
			m.mu.Unlock()
			return false
		case !m.in.empty():
			m.exchangeLocked()
			m.mu.Unlock()
			return true
		case m.flags.has(closed | end):
			m.mu.Unlock()
			return false
		}
		m.restLocked()
		m.mu.Unlock()
	}
}

// refill waits for messages, takes them all over and returns the first. Of a
// bounded mailbox it takes only that one: the others stay where senders find
// them, to see whether there is room and to drop the oldest.
func (m *Mailbox[T]) refill(p waitLimit) (v T, err error) {
	m.mu.Lock()
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

// exchangeLocked takes all messages over, of which there must be one, and gives
// the senders the receiver's empty chunk in return.
func (m *Mailbox[T]) exchangeLocked() {
	used := m.out
	m.out = m.in.takeAll()
	m.out.batch = uint16(min(m.added-uint32(m.turn.taken()), math.MaxUint16))
	if used != nil {
		m.in.reuse(used)
	}
}
