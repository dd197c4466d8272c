package remote

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/remote/internal/wire"
)

// sendLarge sends a message in fragments.
func (c *conn) sendLarge(ctx context.Context, to pid.Address, env signal.Envelope) error {
	encode := func(limit ByteCount) ([]byte, error) { return c.appendMessage(nil, &to, &env, limit) }
	if env.Kind == signal.Reply {
		ctx = registry.NoWait(ctx)
	}
	return c.inFragments(ctx, encode, func() { c.sent++ })
}

// inFragments sends a frame in fragments. There is one such frame on its way at a time:
// so there is never more than one encoding in memory, here and there. note is called
// in the critical section that queues the last fragment.
func (c *conn) inFragments(ctx context.Context, encode func(limit ByteCount) ([]byte, error), note func()) error {
	if err := c.takeTurn(ctx); err != nil {
		return err
	}
	defer func() { <-c.large }()
	encoded, err := encode(c.cfg.MaxMessageBytes)
	if err != nil {
		return err
	}
	body := encoded[frame.LengthBytes:]
	if limit := c.cfg.MaxMessageBytes; ByteCount(len(body)) > limit {
		return tooLarge(len(body), limit)
	}
	return c.fragments(ctx, body, note)
}

// takeTurn waits for the turn to send in fragments, which who takes it gives back.
func (c *conn) takeTurn(ctx context.Context) error {
	select {
	case c.large <- struct{}{}:
		return nil
	default:
	}
	if c.refuses(ctx, firstFragment) {
		return ErrBusy
	}
	select {
	case c.large <- struct{}{}:
		return nil
	case <-ctx.Done():
		return stopped(ctx)
	case <-c.gone:
		return ErrLost
	}
}

// fragments queues a body piece by piece. note is called in the critical section
// that queues the last one. The caller has the turn.
func (c *conn) fragments(ctx context.Context, body []byte, note func()) error {
	size := int(c.cfg.FragmentBytes)
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

func (c *conn) enqueueFragment(ctx context.Context, frame []byte, first bool, note func()) error {
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
func (c *conn) abortFragments(sent int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if sent > 0 && c.state == connUp {
		c.queueLocked(wire.AppendBare(nil, wire.FragmentAbort))
	}
}

// assembly is a body that arrives in fragments.
type assembly struct {
	share     // of what has come
	body      []byte
	remaining uint64       // Invariant: 0 implies that no body is on its way
	begun     atomic.Int64 // when it began, in Unix nanoseconds, for the heartbeat; 0: no body is on its way
}

var (
	errFragmentOrder = errors.New("a fragment does not follow on the one before")
	errAbort         = errors.New("an abort of nothing")
	errBodyTooLarge  = errors.New("a message longer than the limit")
	errFragments     = errors.New("too many bytes of messages that are not complete")
	errFragmentsLate = errors.New("a message in fragments takes too long to arrive")
)

// add takes a fragment in, and returns the body once it is complete. Memory grows
// with what has come, not with what was announced.
func (a *assembly) add(f *wire.Frame, limit ByteCount) (body []byte, err error) {
	size := uint64(len(f.Value))
	switch {
	case a.remaining == 0 && size+f.Code > uint64(limit):
		return nil, errBodyTooLarge
	case a.remaining != 0 && a.remaining != size+f.Code:
		return nil, errFragmentOrder
	case a.remaining == 0:
		a.begun.Store(time.Now().UnixNano())
	}
	a.body = append(a.body, f.Value...)
	a.remaining = f.Code
	a.set(int64(cap(a.body)))
	switch {
	case a.exceeded():
		return nil, errFragments
	case a.remaining > 0:
		return nil, nil
	}
	body = a.body
	a.clear()
	return body, nil
}

func (a *assembly) abort() error {
	if a.remaining == 0 {
		return errAbort
	}
	a.clear()
	return nil
}

// clear forgets the body: it is complete, given up, or the connection is lost.
func (a *assembly) clear() {
	a.body, a.remaining = nil, 0
	a.begun.Store(0)
	a.set(0)
}

// isLate reports whether a body takes too long.
func (a *assembly) isLate(now time.Time, limit time.Duration) bool {
	begun := a.begun.Load()
	return begun != 0 && now.Sub(time.Unix(0, begun)) > limit
}
