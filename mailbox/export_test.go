package mailbox

import (
	"fmt"
	"unsafe"
)

// StartAt makes an unused mailbox one that has already queued and received n
// messages.
func (m *Mailbox[T]) StartAt(n uint64) {
	m.added = uint32(n)
	m.turn.end(n)
}

// Disturb does what a timer or the end of a context does, however late.
func (m *Mailbox[T]) Disturb() { m.interrupt() }

// Check returns an error if an invariant of a mailbox at rest does not hold. The
// receiver must not be running.
func (m *Mailbox[T]) Check() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.bound()
	if b == nil {
		return chunksError("in", m.in.first, m.in.last)
	}
	switch {
	case m.out != nil || m.in.first != nil:
		return fmt.Errorf("bounded, but something is outside of the bound")
	case b.held < 0 || b.held > b.Capacity:
		return fmt.Errorf("%d messages are held with room for %d", b.held, b.Capacity)
	case b.waiting.Len() > 0 && b.held < b.Capacity:
		return fmt.Errorf("%d senders wait with room for %d", b.waiting.Len(), b.Capacity-b.held)
	}
	held := 0
	for _, l := range []lanes[T]{b.queued, b.refused} {
		for lane := range l {
			if err := chunksError("lane", l[lane].first, l[lane].last); err != nil {
				return err
			}
		}
		for c := l[counted].first; c != nil; c = c.next {
			held += int(c.end - c.first)
		}
	}
	if held != b.held {
		return fmt.Errorf("%d messages count, and %d are said to", held, b.held)
	}
	return nil
}

func chunksError[T any](name string, first, last *chunk[T]) error {
	for c := first; c != nil; c = c.next {
		switch {
		case c.empty() && first != last:
			return fmt.Errorf("%s has an empty chunk among others", name)
		case c.next == nil && c != last:
			return fmt.Errorf("%s ends before its last chunk", name)
		}
	}
	return nil
}

// Lines returns in which cache lines of the program's memory the senders' lock and the
// receiver's turn are.
func (m *Mailbox[T]) Lines() (senders, receiver uintptr) {
	return uintptr(unsafe.Pointer(&m.mu)) / cacheLine, uintptr(unsafe.Pointer(&m.turn)) / cacheLine
}
