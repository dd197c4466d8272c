package conn

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
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

// appendMessage appends the frame of a message of at most limit bytes, or returns
// an error that is term.ErrTooLarge.
func (c *Conn) appendMessage(dst []byte, to *pid.Address, env *signal.Envelope, limit term.ByteCount) ([]byte, error) {
	start := len(dst)
	f := signal.FrameOf(to, env)
	dst = f.AppendHead(dst)
	if env.Kind == signal.Raw {
		raw, ok := env.Value.([]byte)
		switch {
		case !ok:
			return nil, fmt.Errorf("raw signal carries a %T, not bytes", env.Value)
		case term.ByteCount(len(raw)) > limit:
			return nil, tooLarge(len(raw), limit)
		case raw == nil:
			raw = []byte{}
		}
		return frame.End(term.AppendBytes(dst, raw), start), nil
	}
	dst, err := c.appendValue(dst, env.Value, limit)
	if err != nil {
		return nil, err
	}
	return frame.End(dst, start), nil
}

// Encode encodes the value of a message that waits for a connection, with which it is to
// fit into Config.MaxMessageBytes.
func (all *Shared) Encode(to pid.Address, env *signal.Envelope) (dist.Encoded, error) {
	f := signal.FrameOf(&to, env)
	head := len(f.AppendHead(nil)) - frame.LengthBytes
	return all.appendValue(nil, env.Value, all.Config.MaxMessageBytes-term.ByteCount(head))
}

// appendValue appends the encoding of a message's value.
func (all *Shared) appendValue(dst []byte, v any, limit term.ByteCount) ([]byte, error) {
	switch v := v.(type) {
	case dist.Encoded:
		if term.ByteCount(len(v)) > limit {
			return nil, tooLarge(len(v), limit)
		}
		return append(dst, v...), nil
	case string:
		if term.ByteCount(len(v)) > limit {
			return nil, tooLarge(len(v), limit) // without having copied it
		}
	}
	return term.Limits{MaxBytes: limit, MaxDepth: all.Limits.MaxDepth}.AppendMessage(dst, v)
}

func tooLarge(n int, limit term.ByteCount) error {
	return fmt.Errorf("%w: %d bytes, the limit is %d", term.ErrTooLarge, n, limit)
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
