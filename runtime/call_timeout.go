package runtime

import "time"

// instant is a time since the runtime's start; 0 stands for no time. To read the
// monotonic clock alone takes half as long as time.Now.
type instant time.Duration

// instantIn returns the instant after d, or the first one if that was earlier.
func (rt *Runtime) instantIn(d time.Duration) instant { return max(instant(rt.Uptime()+d), 1) }

// boundLocked bounds a call that is in the table, with the caller's mu held. The
// timer of an earlier call is left to run if it fires before the new one is due, and
// set anew then: so a process that makes many calls seldom touches a timer.
func (w *call) boundLocked() {
	if due := w.when.due; due != 0 && (w.armed == 0 || due < w.armed) {
		w.armLocked()
	}
}

// armLocked makes w's timer fire when w is due.
func (w *call) armLocked() {
	w.armed = w.when.due
	left := time.Duration(w.armed) - w.caller.rt.Uptime()
	if w.timer == nil {
		w.timer = time.AfterFunc(left, w.timeIsOver)
	} else {
		w.timer.Reset(left)
	}
}

// timeIsOver is called by w's timer.
func (w *call) timeIsOver() {
	p := w.caller
	p.mu.Lock()
	defer p.mu.Unlock()
	w.armed = 0
	if w.when.due == 0 || !p.mayCall() {
		return // no call waits
	}
	now := instant(p.rt.Uptime())
	if w.when.rough && w.when.due <= now {
		w.when.due = p.rt.callClock.extend(w.when.begun, w.when.due, now, p.rt.cfg.CallTimeout)
	}
	if w.when.due > now {
		w.armLocked()
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
