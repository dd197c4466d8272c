package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/remote/internal/wire"
)

// request makes the frame of a request, see [conn.Query].
type request = func(req uint64, limit ByteCount) (frame []byte, err error)

// ask sends a request to a node and waits for the answer.
func (n *Node) ask(ctx context.Context, node string, frame request) (*conn.Conn, conn.Answer) {
	return n.askOrUndo(ctx, node, frame, nil)
}

// askOrUndo is ask of what is to be undone if nobody waits for the answer any more.
func (n *Node) askOrUndo(ctx context.Context, node string, frame request, undo func(c *conn.Conn, a conn.Answer)) (*conn.Conn, conn.Answer) {
	c := n.usable(node)
	if c == nil {
		var err error
		if c, err = n.connTo(ctx, node, false); err != nil {
			return nil, conn.Answer{Err: err}
		}
	}
	q := &conn.Query{Frame: frame}
	if undo != nil {
		q.Unasked = func(a conn.Answer) { undo(c, a) }
	}
	a := c.Ask(ctx, n.requests.Add(1), q)
	if failed, ok := errors.AsType[*conn.Failure](a.Err); ok {
		a.Err = failureError(failed)
	}
	return c, a
}

// usable returns the connection to a node, nil if there is none or it is on its way out.
func (n *Node) usable(node string) *conn.Conn {
	if c := n.routes.Load().byName[node]; c != nil && !c.Leaving() {
		return c
	}
	return nil
}

func failureError(f *conn.Failure) error {
	switch f.Code {
	case wire.FailureNotSpawnable:
		return ErrNotSpawnable
	case wire.FailureBusy:
		return ErrBusy
	}
	return f
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
	if a.Err != nil {
		return pid.PID{}, a.Err
	}
	return c.Process(a)
}
