package mailbox

// Interrupt makes [Mailbox.RecvInterruptible] return [ErrInterrupted] if the receiver
// waits in it, or the next time when it would wait, and is mail to [Mailbox.Notify]. All
// other receives go on waiting; one of them that waits meanwhile may use the interrupt
// up, so who interrupts says first why, where the receiver can see it. Every goroutine
// may call it; it never waits.
func (m *Mailbox[T]) Interrupt() {
	m.mu.Lock()
	m.flags |= interrupted
	m.wakeAndUnlock()
}

// RecvInterruptible is [Mailbox.Recv] that [Mailbox.Interrupt] can end: it then returns
// [ErrInterrupted], unless there is a message.
func (m *Mailbox[T]) RecvInterruptible() (v T, err error) {
	if !m.turn.begin() && !m.beginAfterPeek() {
		return v, ErrConcurrentReceive
	}
	if m.hasOut() || m.fetch(interrupted) {
		v = m.out.pop()
		m.turn.end(1)
		return v, nil
	}
	return m.finish(m.refillInterruptible())
}

// refillInterruptible is refill for RecvInterruptible.
func (m *Mailbox[T]) refillInterruptible() (v T, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.emptyLocked() {
		switch {
		case m.flags.has(closed):
			return v, ErrClosed
		case m.takeInterruptLocked():
			return v, ErrInterrupted
		}
		m.parkLocked()
	}
	if m.bound() != nil {
		return m.takeBoundedLocked(), nil
	}
	m.exchangeLocked()
	return m.out.pop(), nil
}

// takeInterruptLocked reports whether there was an interrupt since it was last asked.
func (m *Mailbox[T]) takeInterruptLocked() bool {
	was := m.flags.has(interrupted)
	m.flags &^= interrupted
	return was
}
