package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/term"
)

// asked has the requests that have no answer yet.
type asked map[uint64]*query

// query is a request.
type query struct {
	frame request
	// unasked, if set, is called with an answer for which nobody waits any more: it
	// undoes what the request has done.
	unasked func(c *conn, a answer)

	got  chan answer // capacity 1
	left bool        // guarded by the connection's mu; nobody waits any more
}

// answer is the answer to a request. value is its encoding.
type answer struct {
	value []byte
	err   error
}

func (a *asked) take() asked {
	all := *a
	*a = nil
	return all
}

func (a asked) fail(err error) {
	for _, q := range a {
		q.got <- answer{err: err} // has room: each gets one answer
	}
}

// Codes of failures, see PROTOCOL.md.
const (
	failureNotSpawnable = 1
	failureArgument     = 2
	failureStopped      = 3
	failureOther        = 4
	failureBusy         = 5
)

// request makes the frame of a request with a number. It returns an error that is
// term.ErrTooLarge if a value in it is longer than limit.
type request func(req uint64, limit ByteCount) (frame []byte, err error)

// ask sends a request to a node and waits for the answer.
func (n *Node) ask(ctx context.Context, node string, frame request) (*conn, answer) {
	return n.askQuery(ctx, node, &query{frame: frame})
}

func (n *Node) askQuery(ctx context.Context, node string, q *query) (*conn, answer) {
	c := n.usable(node)
	if c == nil {
		var err error
		if c, err = n.connTo(ctx, node, false); err != nil {
			return nil, answer{err: err}
		}
	}
	req := n.requests.Add(1)
	q.got = make(chan answer, 1)
	if err := c.ask(ctx, req, q); err != nil {
		return nil, answer{err: err}
	}
	select {
	case a := <-q.got:
		return c, a
	case <-ctx.Done():
		c.forget(req, q)
		return nil, answer{err: context.Cause(ctx)}
	}
}

// usable returns the connection to a node, nil if there is none or it is on its way out.
func (n *Node) usable(node string) *conn {
	if c := n.routes.Load().byName[node]; c != nil && !c.leaving.Load() {
		return c
	}
	return nil
}

func (c *conn) ask(ctx context.Context, req uint64, q *query) error {
	expect := func() { put(&c.asked, req, q) }
	frame, err := q.frame(req, c.cfg.FragmentBytes)
	switch {
	case errors.Is(err, term.ErrTooLarge):
		encode := func(limit ByteCount) ([]byte, error) { return q.frame(req, limit) }
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
	c.queueLocked(frame)
	return nil
}

// forget notes that nobody waits for the answer to a request any more.
func (c *conn) forget(req uint64, q *query) {
	c.mu.Lock()
	q.left = true
	if q.unasked == nil {
		remove(&c.asked, req)
	}
	c.mu.Unlock()
	select {
	case a := <-q.got: // it has come just now
		q.undo(c, a)
	default:
	}
}

func (q *query) undo(c *conn, a answer) {
	if q.unasked != nil && a.err == nil {
		q.unasked(c, a)
	}
}

// answerIn gives an answer to who waits for it.
func (c *conn) answerIn(f *wire.Frame) {
	a := answer{value: append([]byte(nil), f.Value...)}
	if f.Kind == wire.Failure {
		a = answer{err: failureError(f.Code, string(f.Name))}
	}
	c.mu.Lock()
	q, ok := remove(&c.asked, f.Ref)
	left := ok && q.left
	if ok && !left {
		q.got <- a // has room: each gets one answer
	}
	c.mu.Unlock()
	if left {
		q.undo(c, a)
	}
}

func failureError(code uint64, text string) error {
	switch code {
	case failureNotSpawnable:
		return ErrNotSpawnable
	case failureBusy:
		return ErrBusy
	}
	return fmt.Errorf("the node answers: %s", text)
}

// request implements owner: it answers a request that came over c.
func (n *Node) request(c *conn, f *wire.Frame, whole bool) error {
	switch f.Kind {
	case wire.Whereis:
		p, _ := n.rt.Whereis(string(f.Name))
		c.respond(f.Ref, term.AppendUint(nil, p.ID()))
	case wire.Spawn:
		return n.spawnIn(c, f, whole)
	case wire.Release:
		c.release(f.Ref)
	case wire.ProcessInfo:
		id := f.To
		c.respondLater(f.Ref, func() []byte { return n.processInfo(id) })
	case wire.NodeInfo:
		c.respondLater(f.Ref, n.nodeInfo)
	}
	return nil
}

// respond queues an answer, whose encoding is value.
func (c *conn) respond(req uint64, value []byte) {
	answer := append(wire.AppendAnswer(nil, req), value...)
	c.answerFrame(frame.End(answer, 0))
}

func (c *conn) answerFrame(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == connUp {
		c.queueLocked(frame)
	}
}

// Whereis asks a node who has a registered name there. It returns an error that is
// [registry.ErrNameNotFound] if nobody has, or [ErrNoConnection].
func (n *Node) Whereis(ctx context.Context, name pid.Name) (pid.PID, error) {
	if name.Node == "" || name.Node == n.Name() {
		if p, ok := n.rt.Whereis(name.Name); ok {
			return p, nil
		}
		return pid.PID{}, fmt.Errorf("whereis %s: %w", name, registry.ErrNameNotFound)
	}
	p, err := n.askPID(ctx, name.Node, func(req uint64, _ ByteCount) ([]byte, error) {
		return wire.AppendWhereis(nil, req, name.Name), registry.CheckName(name.Name)
	})
	if err == nil && p.IsZero() {
		err = registry.ErrNameNotFound
	}
	if err != nil {
		return pid.PID{}, fmt.Errorf("whereis %s: %w", name, err)
	}
	return p, nil
}

// askPID is ask for what is answered with the number of a process.
func (n *Node) askPID(ctx context.Context, node string, frame request) (pid.PID, error) {
	c, a := n.ask(ctx, node, frame)
	if a.err != nil {
		return pid.PID{}, a.err
	}
	return c.processIn(a)
}

// processIn returns the process whose number an answer is, the zero PID for 0.
func (c *conn) processIn(a answer) (pid.PID, error) {
	r := term.NewReader(a.value)
	id, err := r.ReadUint()
	if err == nil && r.Len() > 0 {
		err = r.Fail(r.Offset(), term.ErrTrailingBytes)
	}
	if err != nil {
		return pid.PID{}, fmt.Errorf("the node answers what is no process number: %w", err)
	}
	return c.remote(id), nil
}
