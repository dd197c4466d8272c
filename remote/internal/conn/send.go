package conn

import (
	"context"
	"errors"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

var _ dist.Carrier = (*Conn)(nil)

// Send implements [dist.Carrier]: it queues what has a value.
func (c *Conn) Send(ctx context.Context, to pid.Address, env signal.Envelope) error {
	b := buffers.Get().(*[]byte)
	frame, err := c.appendMessage((*b)[:0], &to, &env, c.Config.FragmentBytes)
	switch {
	case errors.Is(err, term.ErrTooLarge):
		giveBack(b, (*b)[:0])
		return c.sendLarge(ctx, to, env)
	case err != nil:
		giveBack(b, (*b)[:0])
		return err
	}
	err = c.enqueueMessage(ctx, frame, env.Kind)
	giveBack(b, frame)
	return err
}

// sendLarge sends a message in fragments.
func (c *Conn) sendLarge(ctx context.Context, to pid.Address, env signal.Envelope) error {
	encode := func(limit term.ByteCount) ([]byte, error) { return c.appendMessage(nil, &to, &env, limit) }
	if env.Kind == signal.Reply {
		ctx = registry.NoWait(ctx)
	}
	return c.inFragments(ctx, encode, func() { c.sent++ })
}

// enqueueMessage queues the one frame of a message, or writes it.
func (c *Conn) enqueueMessage(ctx context.Context, frame []byte, kind signal.Kind) error {
	how := wholeFrame
	if kind == signal.Reply {
		how = wholeReply
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.awaitRoomLocked(ctx, how); err != nil {
		return err
	}
	c.sent++
	if c.isIdleLocked(frame) {
		c.writeDirectLocked(frame)
	} else {
		c.queueLocked(frame)
	}
	return nil
}

// Signal implements [dist.Carrier]: it queues what has no value.
func (c *Conn) Signal(ctx context.Context, s dist.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.state != connUp && c.cause == Idle:
		return dist.ErrLeaving
	case c.state != connUp:
		return dist.ErrLost
	case ctx.Err() != nil:
		return stopped(ctx)
	}
	f := signal.FrameOf(&s.To, &s.Envelope)
	c.out = f.Append(c.out)
	c.wakeLocked()
	return nil
}

// Close implements [dist.Carrier].
func (c *Conn) Close(cause error) {
	if errors.Is(cause, dist.ErrReplaced) {
		c.End(Replaced, nil)
		return
	}
	c.broken(cause)
}

// broken ends the connection in order after something that the peer has sent.
func (c *Conn) broken(err error) {
	switch {
	case errors.Is(err, dist.ErrOverload) || errors.Is(err, errHeld) || errors.Is(err, errFragments):
		c.finishWith(GoodbyeOverload, err.Error(), Overload, err)
	default:
		c.finishWith(GoodbyeProtocol, err.Error(), Protocol, err)
	}
}
