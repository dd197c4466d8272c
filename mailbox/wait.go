package mailbox

import "time"

// waitLocked returns nil once there are messages to look at, or says why there
// will be none. It unlocks mu while it waits.
func (m *Mailbox[T]) waitLocked(w *wait) error {
	if w.unlimited() {
		return m.waitUnlimitedLocked()
	}
	return m.waitLimitedLocked(w)
}

// waitOnceLocked is waitLocked for a receiver that will take what comes first.
func (m *Mailbox[T]) waitOnceLocked(p waitLimit) error {
	w := wait{waitLimit: p}
	err := m.waitLimitedLocked(&w)
	if w.stop != nil {
		m.mu.Unlock() // see watchLocked
		w.stop()
		m.mu.Lock()
	}
	return err
}

func (m *Mailbox[T]) waitUnlimitedLocked() error {
	for m.emptyLocked() {
		if m.flags.has(closed) {
			return ErrClosed
		}
		m.parkLocked()
	}
	return nil
}

func (m *Mailbox[T]) waitLimitedLocked(w *wait) error {
	if err, decided := m.resultLocked(w); decided {
		return err
	}
	m.watchLocked(w)
	if w.limit != noLimit {
		timer := m.timerLocked(time.Until(w.due))
		defer timer.Stop()
	}
	for {
		if err, decided := m.resultLocked(w); decided {
			return err
		}
		m.parkLocked()
	}
}

// resultLocked returns what a receiver that waits learns, if that is decided.
func (m *Mailbox[T]) resultLocked(w *wait) (err error, decided bool) {
	switch {
	case !m.emptyLocked():
		return nil, true
	case m.flags.has(closed):
		return ErrClosed, true
	}
	err = w.over()
	return err, err != nil
}

// moreLocked is waitLocked for a receiver that has looked at messages in vain.
// When its wait is over it looks once more, at what has come in time, and no
// further: a flood of what it does not want cannot hold it.
func (m *Mailbox[T]) moreLocked(w *wait) error {
	first := !w.looked
	w.looked = true
	switch {
	case m.emptyLocked():
		return m.waitLocked(w)
	case w.final:
		return w.over()
	case first && w.limit != noWait:
		return nil // the clock, or a watch on the context, may turn out not to be needed
	}
	m.watchLocked(w)
	w.final = w.over() != nil
	return nil
}

// parkLocked waits until there may be something to look at. It unlocks mu meanwhile.
func (m *Mailbox[T]) parkLocked() {
	m.restLocked()
	m.flags |= selective
	m.mu.Unlock()
	m.parker.park()
	m.mu.Lock()
	m.flags &^= selective
}

// restLocked prepares a mailbox with nothing in it for its receiver to wait: it
// gives back what a mailbox at rest has no need for.
func (m *Mailbox[T]) restLocked() {
	m.in.giveBack()
	if c := m.out; c != nil && c.empty() && c.next == nil && len(c.items) > keptIdle {
		m.out = nil
	}
	if m.extra != nil {
		m.extra.restLocked()
	}
	m.parker.reset()
}

func (x *extra[T]) restLocked() {
	x.onMail = nil // who waits is woken instead
	if x.bound != nil {
		x.bound.queued.giveBack()
		x.bound.refused.giveBack()
	}
}

// emptyLocked reports whether there is nothing for the receiver to look at, apart
// from what it has taken over.
func (m *Mailbox[T]) emptyLocked() bool {
	if !m.in.empty() {
		return false
	}
	b := m.bound()
	return b == nil || b.queued.empty()
}

// timerLocked starts the mailbox's timer, which interrupts the receiver after d.
// It is made once and used again.
func (m *Mailbox[T]) timerLocked(d time.Duration) *time.Timer {
	x := m.extraLocked()
	if x.timer == nil {
		x.timer = time.AfterFunc(d, m.interrupt)
	} else {
		x.timer.Reset(d)
	}
	return x.timer
}

// interrupt makes a parked receiver look again at why it waits.
func (m *Mailbox[T]) interrupt() {
	m.mu.Lock()
	m.interruptAndUnlock()
}

// interruptAndUnlock may come late, for a wait that has ended: the receiver of a
// later one just goes on waiting, and who asked for mail with Notify is left
// alone.
func (m *Mailbox[T]) interruptAndUnlock() {
	if m.extra != nil && m.extra.onMail != nil {
		m.mu.Unlock()
		return
	}
	m.wakeAndUnlock()
}
