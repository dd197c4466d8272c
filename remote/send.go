package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

var _ dist.Carrier = (*conn)(nil)

// Send implements [dist.Carrier]: it queues what has a value.
func (c *conn) Send(ctx context.Context, to pid.Address, env signal.Envelope) error {
	b := buffers.Get().(*[]byte)
	frame, err := c.appendMessage((*b)[:0], &to, &env, c.cfg.FragmentBytes)
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

// appendMessage appends the frame of a message of at most limit bytes, or returns
// an error that is term.ErrTooLarge.
func (c *conn) appendMessage(dst []byte, to *pid.Address, env *signal.Envelope, limit ByteCount) ([]byte, error) {
	start := len(dst)
	f := signal.FrameOf(to, env)
	dst = f.AppendHead(dst)
	if env.Kind == signal.Raw {
		raw, ok := env.Value.([]byte)
		switch {
		case !ok:
			return nil, fmt.Errorf("raw signal carries a %T, not bytes", env.Value)
		case ByteCount(len(raw)) > limit:
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

// encode encodes the value of a message that waits for a connection, with which it is to
// fit into Config.MaxMessageBytes.
func (n *Node) encode(to pid.Address, env *signal.Envelope) (dist.Encoded, error) {
	f := signal.FrameOf(&to, env)
	head := len(f.AppendHead(nil)) - frame.LengthBytes
	return n.appendValue(nil, env.Value, n.cfg.MaxMessageBytes-ByteCount(head))
}

// appendValue appends the encoding of a message's value.
func (all *common) appendValue(dst []byte, v any, limit ByteCount) ([]byte, error) {
	switch v := v.(type) {
	case dist.Encoded:
		if ByteCount(len(v)) > limit {
			return nil, tooLarge(len(v), limit)
		}
		return append(dst, v...), nil
	case string:
		if ByteCount(len(v)) > limit {
			return nil, tooLarge(len(v), limit) // without having copied it
		}
	}
	return term.Limits{MaxBytes: limit, MaxDepth: all.limits.MaxDepth}.AppendMessage(dst, v)
}

func tooLarge(n int, limit ByteCount) error {
	return fmt.Errorf("%w: %d bytes, the limit is %d", term.ErrTooLarge, n, limit)
}

// enqueueMessage queues the one frame of a message, or writes it.
func (c *conn) enqueueMessage(ctx context.Context, frame []byte, kind signal.Kind) error {
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
func (c *conn) Signal(ctx context.Context, s dist.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.state != connUp && c.cause == CauseIdle:
		return dist.ErrLeaving
	case c.state != connUp:
		return ErrLost
	case ctx.Err() != nil:
		return stopped(ctx)
	}
	f := signal.FrameOf(&s.To, &s.Envelope)
	c.out = f.Append(c.out)
	c.wakeLocked()
	return nil
}

// Close implements [dist.Carrier].
func (c *conn) Close(cause error) {
	if errors.Is(cause, dist.ErrReplaced) {
		c.end(CauseReplaced, nil)
		return
	}
	c.broken(cause)
}

// broken ends the connection in order after something that the peer has sent.
func (c *conn) broken(err error) {
	switch {
	case errors.Is(err, dist.ErrOverload) || errors.Is(err, errHeld) || errors.Is(err, errFragments):
		c.finishWith(goodbyeOverload, err.Error(), CauseOverload, err)
	default:
		c.finishWith(goodbyeProtocol, err.Error(), CauseProtocol, err)
	}
}
