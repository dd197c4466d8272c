package runtime

import (
	"time"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
)

// ErrAlarm tells that an alarm has rung, see [Context.StartAlarm].
var ErrAlarm = mailbox.ErrInterrupted

// StartAlarm calls rang after d, in another goroutine, and then wakes the process out of
// [Context.RecvOrAlarm] or its sleep. It is for packages that build behaviours, whose
// loops have times of their own: an alarm sends no message, so what the program receives
// has nothing of it. The process's end stops it; after that StartAlarm returns the zero
// Ref. The Ref is for [Context.CancelTimer] and [Context.ReadTimer].
//
// rang gets how many messages the process will have received when it has received all
// that were there when the alarm rang, see [Context.Received]: so a loop can keep the
// order in which messages and alarms came. It must not block; a panic in it is caught. It
// notes in a way that the loop sees that the alarm has rung: the loop is to look before
// it waits, since a receive of another kind may have used up the wake-up.
func (c *Context) StartAlarm(d time.Duration, rang func(queued uint64)) pid.Ref {
	p := c.process()
	if !p.running() {
		return pid.Ref{}
	}
	ref := p.rt.node.NextRef()
	p.rt.startTimer(ref, p, delay{first: d}, func() {
		defer p.box.Interrupt() // whatever rang does
		p.guard(func() { rang(p.box.Queued()) })
	})
	return ref
}

// RecvOrAlarm is [Context.Recv] that returns [ErrAlarm] when an alarm rings while it
// waits, or has rung before, unless there is a message.
func (c *Context) RecvOrAlarm() (Message, error) {
	p := c.process()
	if !p.running() {
		return Message{}, p.failure()
	}
	m, err := p.box.RecvInterruptible()
	if err != nil {
		return Message{}, p.receiveError(err)
	}
	p.received(m)
	return m, nil
}
