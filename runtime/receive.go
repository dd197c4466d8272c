package runtime

import (
	"context"
	"errors"
	"time"

	"github.com/starlang-go/starlang/mailbox"
)

// Recv receives the oldest message. It waits until there is one, or until the
// process gets its exit signal: then it returns the exit reason as error, which
// the body may return as it is.
func (c *Context) Recv() (Message, error) {
	p := c.process()
	if !p.running() {
		return Message{}, p.failure()
	}
	m, err := p.box.Recv()
	if err != nil {
		return Message{}, p.receiveError(err)
	}
	p.received(m)
	return m, nil
}

// TryRecv is [Context.Recv] without waiting: it returns [ErrEmpty] at once if no
// message is there.
func (c *Context) TryRecv() (Message, error) {
	return c.receive((*inbox).TryRecv)
}

// RecvTimeout is [Context.Recv] but waits for d at the most and then returns
// [ErrTimeout]. With d <= 0 it does not wait.
func (c *Context) RecvTimeout(d time.Duration) (Message, error) {
	return c.receive(func(box *inbox) (Message, error) { return box.RecvTimeout(d) })
}

// RecvMatch receives the oldest message for which match reports true and leaves
// the others in order. While it waits it looks at each message once. match must
// not receive; RecvMatch panics if it is nil.
func (c *Context) RecvMatch(match func(Message) bool) (Message, error) {
	return c.receive(func(box *inbox) (Message, error) { return box.RecvMatch(match) })
}

// TryRecvMatch is [Context.RecvMatch] without waiting: it returns [ErrEmpty] at
// once if no message that is there matches.
func (c *Context) TryRecvMatch(match func(Message) bool) (Message, error) {
	return c.receive(func(box *inbox) (Message, error) { return box.TryRecvMatch(match) })
}

// RecvMatchTimeout is [Context.RecvMatch] but waits for d at the most and then
// returns [ErrTimeout]. With d <= 0 it does not wait.
func (c *Context) RecvMatchTimeout(match func(Message) bool, d time.Duration) (Message, error) {
	return c.receive(func(box *inbox) (Message, error) { return box.RecvMatchTimeout(match, d) })
}

// receive receives in the way that from does, unless the process has ended. Recv
// does the same by hand, to be as quick and as flat on the stack as can be.
func (c *Context) receive(from func(*inbox) (Message, error)) (Message, error) {
	p := c.process()
	if !p.running() {
		return Message{}, p.failure()
	}
	m, err := from(&p.box)
	if err != nil {
		return Message{}, p.receiveError(err)
	}
	p.received(m)
	return m, nil
}

// received takes note of a message that p has received.
func (p *process) received(m Message) {
	if p.rt.hooks.any() {
		p.receivedHooked(m)
	}
}

//go:noinline
func (p *process) receivedHooked(m Message) {
	if p.rt.hooks.carry() {
		p.noteCarried(m)
	}
	if p.rt.hooks.trace() {
		p.traceReceived(m)
	}
}

// receiveError turns the mailbox's word for the process's end into its reason.
func (p *process) receiveError(err error) error {
	if errors.Is(err, mailbox.ErrClosed) || !p.running() {
		return p.failure()
	}
	return err
}

// Receive receives the oldest message whose value is a T and leaves the others in
// order. ctx is a process's [Context] or derives from one; when it ends, Receive
// returns its cause. It returns [ErrNotInProcess] if ctx has no process. It leaves
// calls alone, since their return address would be lost: see [Context.RecvMatch].
func Receive[T any](ctx context.Context) (T, error) {
	return ReceiveMatch(ctx, func(T) bool { return true })
}

// ReceiveMatch is [Receive] of the oldest message whose value is a T for which
// match reports true. It panics if match is nil.
func ReceiveMatch[T any](ctx context.Context, match func(T) bool) (v T, err error) {
	if match == nil {
		panic("runtime: match is nil")
	}
	c, ok := FromContext(ctx)
	if !ok {
		return v, ErrNotInProcess
	}
	_, err = c.recvMatch(ctx, func(m Message) bool {
		got, is := valueAs[T](m)
		if !is || m.kind == KindCall || !match(got) {
			return false
		}
		v = got
		return true
	})
	if err != nil {
		var none T // match may have found one that a full mailbox then dropped
		return none, err
	}
	return v, nil
}

// valueAs returns m's value if it is a T. A nil message is one of every interface.
func valueAs[T any](m Message) (v T, is bool) {
	value := m.Value()
	if value == nil {
		return v, any(v) == nil
	}
	v, is = value.(T)
	return v, is
}

// recvMatch is RecvMatch that also ends when ctx does.
func (c *Context) recvMatch(ctx context.Context, match func(Message) bool) (Message, error) {
	if ctx == context.Context(c) {
		return c.RecvMatch(match)
	}
	return c.receive(func(box *inbox) (Message, error) { return box.RecvMatchContext(ctx, match) })
}
