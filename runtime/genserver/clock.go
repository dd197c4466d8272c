package genserver

import (
	"errors"
	"math"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// clock has a server's times: when to hibernate, and one alarm of the runtime's, for
// that and for the timeout. The alarm is never moved to a later time: when it rings, the
// server looks what is due and sets it again. So a server that is busy, or sets a
// timeout again and again, seldom touches a timer. All times are uptimes of the runtime.
type clock struct {
	after time.Duration // from quiet to sleep; 0: at once, negative: never

	alarm  pid.Ref       // zero: not set; stopped by the end of the process
	rings  time.Duration // when
	quiet  time.Duration // when the server was last seen to have handled
	events uint64        // so many messages
}

func newClock(after time.Duration) clock {
	switch {
	case after == 0:
		after = DefaultHibernateAfter
	case after == HibernateAtOnce:
		after = 0
	}
	return clock{after: after}
}

// sleepy reports whether the server hibernates whenever there is nothing to do.
func (c *clock) sleepy() bool { return c.after == 0 }

// receive returns the next message, errDue when the timeout is over, errAsleep
// when there is nothing to do.
func (s *server) receive() (runtime.Message, error) {
	for {
		if s.asked.rung.Load() != 0 {
			s.lookAtAlarms()
		}
		if s.alarms && !s.suspended && s.impl.(Alarmed).AlarmDue(s.receivedInOrder()) {
			return runtime.Message{}, errRang
		}
		m, err := s.receiveOnce()
		if err != runtime.ErrAlarm {
			return m, err
		}
	}
}

// receiveOnce is receive that returns runtime.ErrAlarm if the alarm has rung meanwhile.
func (s *server) receiveOnce() (runtime.Message, error) {
	c := s.ctx.Context
	switch {
	case s.suspended:
		m, err := c.RecvMatch(s.isForSuspended)
		s.ahead++ // of what waits
		return m, err
	case s.asked.hibernating, s.isDue(), s.alarms:
		m, err := c.TryRecv()
		if errors.Is(err, runtime.ErrEmpty) {
			return m, s.idle()
		}
		return m, err
	}
	if s.asked.timed {
		s.wakeAt(s.asked.due)
	}
	if s.clock.after > 0 && s.clock.alarm.IsZero() {
		s.clock.quiet, s.clock.events = s.uptime(), s.counts.total()
		s.wakeAt(s.clock.quiet + s.clock.after)
	}
	return c.RecvOrAlarm()
}

// receivedInOrder returns how many messages the server has received of those that were
// there first: while it was suspended it took some ahead of others.
func (s *server) receivedInOrder() uint64 {
	if s.ahead > 0 && s.ctx.QueueLen() == 0 {
		s.ahead = 0
	}
	return s.ctx.Received() - uint64(s.ahead)
}

func (s *server) isDue() bool { return s.asked.timed && s.asked.due <= s.uptime() }

// idle says what is to be done when there is no message.
func (s *server) idle() error {
	if s.alarms {
		if s.impl.(Alarmed).AlarmDue(math.MaxUint64) {
			return errRang
		}
		s.alarms = false
		return runtime.ErrAlarm // look again, and wait
	}
	if s.isDue() {
		return errDue
	}
	if s.asked.timed {
		s.wakeAt(s.asked.due)
	} else if !s.clock.alarm.IsZero() {
		s.cancelAlarm() // nothing would be due
	}
	return errAsleep
}

// wakeAt makes sure that the server looks at its times at t.
func (s *server) wakeAt(t time.Duration) {
	c := &s.clock
	if !c.alarm.IsZero() && (c.rings <= t || !s.cancelAlarm()) {
		return // it rings earlier, or has rung
	}
	c.alarm = s.ctx.Context.StartAlarm(t-s.uptime(), func(uint64) { s.asked.rung.Or(rungOwn) })
	c.rings = t
}

// cancelAlarm stops the alarm and reports whether it had not rung.
func (s *server) cancelAlarm() bool {
	if _, running := s.ctx.CancelTimer(s.clock.alarm); !running {
		return false // the loop has yet to look, or it is about to ring
	}
	s.clock.alarm = pid.Ref{}
	return true
}

// lookAtAlarms takes note of the alarms that have rung.
func (s *server) lookAtAlarms() {
	rung := s.asked.rung.Swap(0)
	if rung&rungOwn != 0 {
		s.wake()
	}
	if rung&rungMore != 0 {
		s.alarms = true
	}
}

// wake is called when the alarm has rung: the server hibernates next if it has
// been quiet for long enough.
func (s *server) wake() {
	s.clock.alarm = pid.Ref{}
	if s.clock.after <= 0 || s.counts.total() != s.clock.events {
		return
	}
	if quiet := s.uptime() - s.clock.quiet; quiet >= s.clock.after {
		s.asked.hibernating = true
	} else {
		s.wakeAt(s.clock.quiet + s.clock.after)
	}
}

// resetTimes is called before a message is handled.
func (s *server) resetTimes() {
	s.asked.timed = false
	s.asked.hibernating = s.clock.sleepy()
}
