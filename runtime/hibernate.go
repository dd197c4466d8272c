package runtime

// hibernation is what [Context.Hibernate] returns. It is an error only so that a
// body can return it.
type hibernation struct {
	next Body
}

func (*hibernation) Error() string { return "hibernation: to be returned by the body at once" }

// Hibernate makes the process sleep without a goroutine until the next message
// comes, and then go on with next, in a new goroutine. The body must return what
// Hibernate returns:
//
//	return ctx.Hibernate(next)
//
// The process stays alive: its PID, name, links, monitors, mailbox and trap flag
// are as before, and signals have effect. Only the body's stack is gone. If a
// message is there already, next runs at once. A nil next panics.
// Source: OTP, erlang:hibernate/3.
func (c *Context) Hibernate(next Body) error {
	if next == nil {
		panic("runtime: Hibernate with a nil body")
	}
	return &hibernation{next}
}

// sleep makes p a process without a goroutine, to be woken by mail. It reports
// false if there is no need to, because mail is there, or p is not Running.
func (p *process) sleep(next Body) bool {
	p.mu.Lock()
	if !p.running() {
		p.mu.Unlock()
		return false
	}
	p.asleep, p.goroutine = true, false
	p.shedLocked()
	p.mu.Unlock()
	if p.box.Notify(func() { go p.awake(next) }) { // awake's goroutine ends like run's
		return true
	}
	return !p.wake()
}

// shedLocked gives back what p can do without while it sleeps: most processes had
// a call or a timer that made a record, and need none any more.
func (p *process) shedLocked() {
	r := p.rec
	if r == nil || !p.running() { // the reason why it ends is in the record
		return
	}
	r.freeCall.stopTimer()
	r.freeCall = nil
	r.links.shed()
	r.monitors.shed()
	r.watchers.shed()
	r.calls.shed()
	r.timers.shed()
	r.shedRare()
	if r.empty() {
		p.rec = nil
	}
}

// shedRare gives back what was of the last message.
func (r *record) shedRare() {
	if r.rare == nil {
		return
	}
	r.rare.carried, r.rare.span, r.rare.carrier = nil, nil, From{}
	if r.rare.traced == 0 && r.rare.base == nil && r.rare.exitWatches == nil && r.rare.starting == nil && r.rare.crash == nil &&
		r.rare.lastReplies == nil {
		r.rare = nil
	}
}

// empty reports whether r says nothing that a new record would not say. What ends
// a process is no matter here: p is Running.
func (r *record) empty() bool {
	entries := r.links.len() + r.monitors.len() + r.watchers.len() + r.calls.len() + r.timers.len()
	return entries == 0 && r.name == "" && r.label == "" && r.grace == 0 && r.inner == nil && r.waiters == nil &&
		r.rare == nil
}

// awake is the goroutine of a process that has got mail in its sleep.
func (p *process) awake(next Body) {
	if p.wake() {
		p.run(next)
	}
}

// wake ends p's sleep and reports true, unless p was ended in its sleep.
func (p *process) wake() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.asleep {
		return false
	}
	p.asleep, p.goroutine = false, true
	return true
}
