package mailbox_test

import (
	"slices"

	"github.com/starlang-go/starlang/mailbox"
)

// mail is a message of the model tests.
type mail struct {
	id, kind int
}

// isExempt says which mail is never refused.
func isExempt(m mail) bool { return m.kind == 0 }

// model is a mailbox made as simple as can be: a slice of what is queued, a slice
// of the senders that wait, and the receiver that waits. The test does one thing
// after the other, so it needs no lock.
type model struct {
	capacity int // 0: unbounded
	policy   mailbox.Policy

	queue    []mail
	senders  []*modelSend
	receiver *modelReceive
	closed   bool
	taken    uint64
	dropped  []mail
	notify   bool // a call is due
	notified int  // calls that were made
}

// modelSend is a send, and its result once it has one.
type modelSend struct {
	mail    mail
	errWait error // its result if it would have to wait; nil: it may wait
	stopped bool
	done    bool
	err     error
}

// modelReceive is a receive, and its result once it has one.
type modelReceive struct {
	wants   func(mail) bool
	errWait error // its result if it would have to wait; nil: it may wait
	done    bool
	mail    mail
	err     error
}

func (s *modelSend) end(err error) { s.done, s.err = true, err }

func (m *model) full() bool {
	held := 0
	for _, v := range m.queue {
		if !isExempt(v) {
			held++
		}
	}
	return m.capacity > 0 && held >= m.capacity
}

func (m *model) send(s *modelSend) {
	switch {
	case m.closed:
		s.end(mailbox.ErrClosed)
	case s.stopped:
		s.end(mailbox.ErrStopped)
	case isExempt(s.mail) || !m.full():
		m.add(s)
	case m.policy == mailbox.Reject:
		s.end(mailbox.ErrMailboxFull)
	case m.policy == mailbox.DropNewest:
		m.dropped = append(m.dropped, s.mail)
		s.end(nil)
	case m.policy == mailbox.DropOldest:
		i := slices.IndexFunc(m.queue, func(v mail) bool { return !isExempt(v) })
		m.dropped = append(m.dropped, m.queue[i])
		m.queue = slices.Delete(m.queue, i, i+1)
		m.add(s)
	case s.errWait != nil:
		s.end(s.errWait)
	default:
		m.senders = append(m.senders, s)
	}
}

func (m *model) add(s *modelSend) {
	m.queue = append(m.queue, s.mail)
	s.end(nil)
	m.callNotify()
	if m.receiver != nil {
		m.serve(m.receiver)
	}
}

func (m *model) callNotify() {
	if m.notify {
		m.notify = false
		m.notified++
	}
}

// giveUp ends a send that waits with err.
func (m *model) giveUp(s *modelSend, err error) {
	m.senders = slices.DeleteFunc(m.senders, func(o *modelSend) bool { return o == s })
	s.end(err)
}

func (m *model) receive(r *modelReceive) {
	m.serve(r)
	switch {
	case r.done:
	case r.errWait != nil:
		r.done, r.err = true, r.errWait
	default:
		m.receiver = r
		m.notify = false
	}
}

// serve gives r the oldest mail that it wants, or tells it that there is none.
func (m *model) serve(r *modelReceive) {
	i := slices.IndexFunc(m.queue, r.wants)
	switch {
	case i >= 0:
		r.mail = m.queue[i]
		m.queue = slices.Delete(m.queue, i, i+1)
		m.taken++
		m.endReceive(r, nil)
		m.admit()
	case m.closed:
		m.endReceive(r, mailbox.ErrClosed)
	}
}

func (m *model) endReceive(r *modelReceive, err error) {
	r.done, r.err = true, err
	m.receiver = nil
}

func (m *model) admit() {
	for len(m.senders) > 0 && !m.full() {
		s := m.senders[0]
		m.senders = m.senders[1:]
		if s.stopped {
			s.end(mailbox.ErrStopped)
		} else {
			m.add(s)
		}
	}
}

func (m *model) close() {
	if m.closed {
		return
	}
	m.closed = true
	for len(m.senders) > 0 {
		m.giveUp(m.senders[0], mailbox.ErrClosed)
	}
	m.callNotify()
	if m.receiver != nil {
		m.serve(m.receiver)
	}
}

// askNotify says whether a call is due now.
func (m *model) askNotify() bool {
	if m.closed || len(m.queue) > 0 {
		return false
	}
	m.notify = true
	return true
}
