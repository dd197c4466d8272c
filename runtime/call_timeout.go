package runtime

import "time"

// setDue bounds a call that is in the table. The timer of an earlier call is left
// to run if it fires before the new one is due, and set anew then: so a process
// that makes many calls seldom touches a timer.
func (p *process) setDue(w *call, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	w.due = now.Add(d)
	if w.armed.IsZero() || w.due.Before(w.armed) {
		w.arm(p, d)
	}
}

// arm makes w's timer fire after d, with the caller's mu held.
func (w *call) arm(p *process, d time.Duration) {
	w.armed = time.Now().Add(d)
	if w.timer == nil {
		w.timer = time.AfterFunc(d, func() { p.callDue(w) })
	} else {
		w.timer.Reset(d)
	}
}

// callDue is called by w's timer.
func (p *process) callDue(w *call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.armed = time.Time{}
	if w.due.IsZero() || !p.running() {
		return // no call waits
	}
	if left := time.Until(w.due); left > 0 {
		w.arm(p, left)
		return
	}
	p.finishCallLocked(w.ref, nil, ErrTimeout)
}

// stopTimer stops the timer of a call that is not to be used again.
func (w *call) stopTimer() {
	if w != nil && w.timer != nil {
		w.timer.Stop()
	}
}
