package conn

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/term"
)

// Ask sends a request under a number that no other open request has, and waits for the
// answer.
func (c *Conn) Ask(ctx context.Context, req uint64, q *Query) Answer {
	q.got = make(chan Answer, 1)
	if err := c.sendQuery(ctx, req, q); err != nil {
		return Answer{Err: err}
	}
	select {
	case a := <-q.got:
		return a
	case <-ctx.Done():
		c.forget(req, q)
		return Answer{Err: context.Cause(ctx)}
	}
}

func (c *Conn) sendQuery(ctx context.Context, req uint64, q *Query) error {
	expect := func() { put(&c.asked, req, q) }
	request, err := q.Frame(req, c.Config.FragmentBytes)
	switch {
	case errors.Is(err, term.ErrTooLarge):
		encode := func(limit term.ByteCount) ([]byte, error) { return q.Frame(req, limit) }
		return c.inFragments(ctx, encode, expect)
	case err != nil:
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.awaitRoomLocked(ctx, wholeFrame); err != nil {
		return err
	}
	expect()
	c.queueLocked(request)
	return nil
}

// forget notes that nobody waits for the answer to a request any more.
func (c *Conn) forget(req uint64, q *Query) {
	c.mu.Lock()
	q.left = true
	if q.Unasked == nil {
		remove(&c.asked, req)
	}
	c.mu.Unlock()
	select {
	case a := <-q.got: // it has come just now
		q.undo(a)
	default:
	}
}

// answerIn gives an answer to who waits for it.
func (c *Conn) answerIn(f *wire.Frame) {
	a := Answer{Value: append([]byte(nil), f.Value...)}
	if f.Kind == wire.Failure {
		a = Answer{Err: &Failure{f.Code, string(f.Name)}}
	}
	c.mu.Lock()
	q, ok := remove(&c.asked, f.Ref)
	left := ok && q.left
	if ok && !left {
		q.got <- a // has room: each gets one answer
	}
	c.mu.Unlock()
	if left {
		q.undo(a)
	}
}

// Respond queues the answer to a request of the peer, whose encoding is value.
func (c *Conn) Respond(req uint64, value []byte) {
	answer := append(wire.AppendAnswer(nil, req), value...)
	c.Queue(frame.End(answer, 0))
}

// Fail queues a failure as the answer to a request.
func (c *Conn) Fail(req, code uint64, text string) {
	c.Queue(wire.AppendFailure(nil, req, code, text))
}

// Queue queues a frame, which waits for no room.
func (c *Conn) Queue(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == connUp {
		c.queueLocked(frame)
	}
}

// Process returns the process whose number an answer is, the zero PID for 0.
func (c *Conn) Process(a Answer) (pid.PID, error) {
	r := term.NewReader(a.Value)
	id, err := r.ReadUint()
	if err == nil && r.Len() > 0 {
		err = r.Fail(r.Offset(), term.ErrTrailingBytes)
	}
	if err != nil {
		return pid.PID{}, fmt.Errorf("the node answers what is no process number: %w", err)
	}
	return c.Remote(id), nil
}
