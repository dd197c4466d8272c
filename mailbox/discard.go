package mailbox

// Discard closes m and lets go of all that is queued, for a mailbox from which nobody
// will receive: it then keeps nothing alive, however long somebody keeps it. Of a
// receive that is under way at this moment it does not take away what that has taken
// over: that stays until the next Discard.
func (m *Mailbox[T]) Discard() {
	m.mu.Lock()
	m.flags |= closed | discarded
	m.in = queue[T]{}
	if b := m.bound(); b != nil {
		b.queued, b.refused, b.held = lanes[T]{}, lanes[T]{}, 0
		b.refuseWaiting(ErrClosed)
	}
	m.wakeAndUnlock()
	if m.turn.begin() || m.beginAfterPeek() {
		m.out = nil
		m.turn.end(0)
	}
}
