package conn

import (
	"context"

	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

// inFragments sends a frame in fragments. There is one such frame on its way at a time:
// so there is never more than one encoding in memory, here and there. note is called
// in the critical section that queues the last fragment.
func (c *Conn) inFragments(ctx context.Context, encode func(limit term.ByteCount) ([]byte, error), note func()) error {
	if err := c.takeTurn(ctx); err != nil {
		return err
	}
	defer func() { <-c.large }()
	encoded, err := encode(c.Config.MaxMessageBytes)
	if err != nil {
		return err
	}
	body := encoded[frame.LengthBytes:]
	if limit := c.Config.MaxMessageBytes; term.ByteCount(len(body)) > limit {
		return tooLarge(len(body), limit)
	}
	return c.fragments(ctx, body, note)
}

// takeTurn waits for the turn to send in fragments, which who takes it gives back.
func (c *Conn) takeTurn(ctx context.Context) error {
	select {
	case c.large <- struct{}{}:
		return nil
	default:
	}
	if c.refuses(ctx, firstFragment) {
		return dist.ErrBusy
	}
	select {
	case c.large <- struct{}{}:
		return nil
	case <-ctx.Done():
		return stopped(ctx)
	case <-c.gone:
		return dist.ErrLost
	}
}

// fragments queues a body piece by piece. note is called in the critical section
// that queues the last one. The caller has the turn.
func (c *Conn) fragments(ctx context.Context, body []byte, note func()) error {
	size := int(c.Config.FragmentBytes)
	frame := make([]byte, 0, size+wire.FragmentOverhead)
	for sent := 0; sent < len(body); sent += size {
		piece := body[sent:min(sent+size, len(body))]
		remaining := len(body) - sent - len(piece)
		frame = wire.AppendFragment(frame[:0], remaining, piece)
		if remaining > 0 {
			if err := c.enqueueFragment(ctx, frame, sent == 0, nil); err != nil {
				c.abortFragments(sent)
				return err
			}
			continue
		}
		if err := c.enqueueFragment(ctx, frame, sent == 0, note); err != nil {
			c.abortFragments(sent)
			return err
		}
	}
	return nil
}

func (c *Conn) enqueueFragment(ctx context.Context, frame []byte, first bool, note func()) error {
	how := laterFragment
	if first {
		how = firstFragment
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.awaitRoomLocked(ctx, how); err != nil {
		return err
	}
	if note != nil {
		note()
	}
	c.queueLocked(frame)
	return nil
}

// abortFragments tells the peer that the rest of a body does not come, if any of it
// was sent.
func (c *Conn) abortFragments(sent int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if sent > 0 && c.state == connUp {
		c.queueLocked(wire.AppendBare(nil, wire.FragmentAbort))
	}
}
