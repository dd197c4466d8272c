package genserver

import (
	"time"

	"github.com/starlang-go/starlang/pid"
)

// Alarmed is a server with alarms of its own, which come in order with its messages and
// are none: for packages that build behaviours on top of this one, such as statem.
type Alarmed interface {
	// AlarmDue reports whether an alarm has rung before the messages that the server
	// has yet to receive, of which it has received so many. It is asked after an
	// alarm has rung, before each message.
	AlarmDue(received uint64) bool
	// HandleAlarm handles the one that rang first.
	HandleAlarm(ctx *Context) error
}

// StartAlarm is [runtime.Context.StartAlarm] of an alarm of an [Alarmed].
func (c *Context) StartAlarm(d time.Duration, rang func(queued uint64)) pid.Ref {
	s := c.server
	return c.Context.StartAlarm(d, func(queued uint64) {
		rang(queued)
		s.asked.rung.Or(rungMore)
	})
}

// ring handles an alarm of an [Alarmed].
func (s *server) ring() {
	if !s.alive() {
		return
	}
	s.resetTimes()
	s.counts.infos++
	s.note(KindTimeout, noPID, nil) // of which nothing is formatted
	s.after("alarm", nil, s.impl.(Alarmed).HandleAlarm(&s.ctx))
}
