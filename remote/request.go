package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/term"
)

// asked has who waits for the answer to a request.
type asked map[uint64]chan answer

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
	for _, ch := range a {
		ch <- answer{err: err} // has room: each gets one answer
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
func (n *Node) ask(ctx context.Context, node string, r request) (*conn, answer) {
	c := usable(n.routes.Load().byName[node])
	if c == nil {
		var err error
		if c, err = n.connTo(ctx, node, false); err != nil {
			return nil, answer{err: err}
		}
	}
	req := n.requests.Add(1)
	got := make(chan answer, 1)
	if err := c.ask(ctx, req, r, got); err != nil {
		return nil, answer{err: err}
	}
	select {
	case a := <-got:
		return c, a
	case <-ctx.Done():
		c.forget(req)
		return nil, answer{err: context.Cause(ctx)}
	}
}

func (c *conn) ask(ctx context.Context, req uint64, r request, got chan answer) error {
	expect := func() { put((*map[uint64]chan answer)(&c.asked), req, got) }
	frame, err := r(req, c.node.cfg.FragmentBytes)
	switch {
	case errors.Is(err, term.ErrTooLarge):
		encode := func(limit ByteCount) ([]byte, error) { return r(req, limit) }
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

func (c *conn) forget(req uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	remove((*map[uint64]chan answer)(&c.asked), req)
}

// answerIn gives an answer to who waits for it.
func (c *conn) answerIn(f *wire.Frame) {
	c.mu.Lock()
	got, ok := remove((*map[uint64]chan answer)(&c.asked), f.Ref)
	c.mu.Unlock()
	if !ok {
		return // who asked has left
	}
	a := answer{value: append([]byte(nil), f.Value...)}
	if f.Kind == wire.Failure {
		a = answer{err: failureError(f.Code, string(f.Name))}
	}
	got <- a
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

// requestIn answers a request.
func (c *conn) requestIn(f *wire.Frame) error {
	switch f.Kind {
	case wire.Whereis:
		p, _ := c.node.rt.Whereis(string(f.Name))
		c.respond(f.Ref, term.AppendUint(nil, p.ID()))
	case wire.Spawn:
		return c.spawnIn(f)
	case wire.Release:
		c.release(f.Ref)
	case wire.ProcessInfo:
		id := f.To
		c.respondLater(f.Ref, func() []byte { return c.node.processInfo(id) })
	case wire.NodeInfo:
		c.respondLater(f.Ref, c.node.nodeInfo)
	}
	return nil
}

// respond queues an answer, whose encoding is value.
func (c *conn) respond(req uint64, value []byte) {
	frame := append(wire.AppendAnswer(nil, req), value...)
	c.answerFrame(wire.End(frame, 0))
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
func (n *Node) askPID(ctx context.Context, node string, r request) (pid.PID, error) {
	c, a := n.ask(ctx, node, r)
	if a.err != nil {
		return pid.PID{}, a.err
	}
	id, err := term.NewReader(a.value).ReadUint()
	if err != nil {
		return pid.PID{}, fmt.Errorf("the node answers what is no process number: %w", err)
	}
	return c.remote(id), nil
}
