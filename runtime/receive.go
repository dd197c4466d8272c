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
	return m, nil
}

// RecvTimeout is [Context.Recv] but waits for d at the most and then returns
// [ErrTimeout]. With d <= 0 it does not wait and returns [ErrEmpty].
func (c *Context) RecvTimeout(d time.Duration) (Message, error) {
	p := c.process()
	if !p.running() {
		return Message{}, p.failure()
	}
	m, err := p.box.RecvTimeout(d)
	if err != nil {
		return Message{}, p.receiveError(err)
	}
	return m, nil
}

// TryRecv is [Context.Recv] without waiting: it returns [ErrEmpty] at once if no
// message is there.
func (c *Context) TryRecv() (Message, error) { return c.RecvTimeout(0) }

// RecvMatch receives the oldest message for which match reports true and leaves
// the others in order. While it waits it looks at each message once. match must
// not receive.
func (c *Context) RecvMatch(match func(Message) bool) (Message, error) {
	p := c.process()
	if !p.running() {
		return Message{}, p.failure()
	}
	m, err := p.box.RecvMatch(match)
	if err != nil {
		return Message{}, p.receiveError(err)
	}
	return m, nil
}

// RecvMatchTimeout is [Context.RecvMatch] but waits for d at the most and then
// returns [ErrTimeout]. With d <= 0 it does not wait and returns [ErrEmpty].
func (c *Context) RecvMatchTimeout(match func(Message) bool, d time.Duration) (Message, error) {
	p := c.process()
	if !p.running() {
		return Message{}, p.failure()
	}
	m, err := p.box.RecvMatchTimeout(match, d)
	if err != nil {
		return Message{}, p.receiveError(err)
	}
	return m, nil
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
// returns its cause. It returns [ErrNotInProcess] if ctx has no process.
func Receive[T any](ctx context.Context) (T, error) {
	return ReceiveMatch(ctx, func(T) bool { return true })
}

// ReceiveMatch is [Receive] of the oldest message whose value is a T for which
// match reports true.
func ReceiveMatch[T any](ctx context.Context, match func(T) bool) (v T, err error) {
	c, ok := FromContext(ctx)
	if !ok {
		return v, ErrNotInProcess
	}
	_, err = c.recvMatch(ctx, func(m Message) bool {
		got, is := m.Value().(T)
		if !is || !match(got) {
			return false
		}
		v = got
		return true
	})
	return v, err
}

// recvMatch is RecvMatch that also ends when ctx does.
func (c *Context) recvMatch(ctx context.Context, match func(Message) bool) (Message, error) {
	if ctx == context.Context(c) {
		return c.RecvMatch(match)
	}
	p := c.process()
	if !p.running() {
		return Message{}, p.failure()
	}
	m, err := p.box.RecvMatchContext(ctx, match)
	if err != nil {
		return Message{}, p.receiveError(err)
	}
	return m, nil
}
