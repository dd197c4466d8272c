package mailbox

// Notify asks for one call of f as soon as there is something to receive: a
// message, [ErrClosed] or [ErrInterrupted]. It reports whether that is still to come; if not, f is
// not called. A second Notify takes the place of the first, and so does a receive
// that waits: f is then not called either. The mailbox gives back all memory that
// it can do without.
//
// f is called by the goroutine that sends or closes and must not block; it may
// start a receiver. Notify panics if another goroutine is receiving.
func (m *Mailbox[T]) Notify(f func()) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.turn.begin() {
		panic("mailbox: Notify during a receive")
	}
	defer m.turn.end(0) // before the unlock: f may start a receiver at once
	if m.flags.has(closed) || m.takeInterruptLocked() || !m.emptyLocked() || m.hasOut() {
		return false
	}
	m.in, m.out = queue[T]{}, nil
	if b := m.bound(); b != nil {
		b.queued, b.refused = lanes[T]{}, lanes[T]{}
	}
	m.extraLocked().onMail = f
	m.parker.notify() // who receives after all is to look at onMail
	return true
}
