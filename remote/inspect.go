package remote

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// Inspect says what tools may ask a node for, see package
// [github.com/starlang-go/starlang/runtime/inspect].
type Inspect uint8

const (
	// InspectDefault is InspectRead if the node listens on a loopback address of TCP or has
	// an ObserverCookie, and else InspectOff.
	InspectDefault Inspect = iota
	// InspectOff starts no process that could be asked.
	InspectOff
	// InspectRead lets all who are connected look.
	InspectRead
	// InspectControl also lets those act who have proven themselves by Cookie: observers
	// and nodes of the network.
	InspectControl
)

// startInspect starts the process that tools ask, unless the program has done so.
func (n *Node) startInspect() error {
	if n.inspects() == InspectOff {
		return nil
	}
	_, err := inspect.Start(n.rt, inspect.Config{
		Access:     n.inspectAccess,
		Peers:      n.inspectPeers,
		Disconnect: n.inspectDisconnect,
	})
	if errors.Is(err, runtime.ErrNameTaken) {
		return nil
	}
	return err
}

func (n *Node) inspects() Inspect {
	switch {
	case n.cfg.Inspect != InspectDefault:
		return n.cfg.Inspect
	case n.cfg.Observer || n.listener == nil:
		return InspectOff
	case n.cfg.ObserverCookie != "":
		return InspectRead
	}
	if tcp, ok := n.listener.Addr().(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
		return InspectRead
	}
	return InspectOff
}

// inspectAccess returns what the processes of another node may ask for.
func (n *Node) inspectAccess(id pid.NodeID) inspect.Access {
	most := inspect.Read
	if n.inspects() == InspectControl {
		most = inspect.Control
	}
	switch n.AccessOf(id) {
	case Member, Control:
		return most
	case Read:
		return inspect.Read
	}
	return inspect.None
}

func (n *Node) inspectPeers() (all []inspect.Peer) {
	for _, c := range n.routes.Load().byName {
		if c.hidden() {
			continue
		}
		i := c.info()
		all = append(all, inspect.Peer{
			Node: i.Node, Creation: i.Creation, Up: i.Up, RoundTrip: i.RoundTrip, Queue: int64(i.Queue),
			QueueLimit: int64(n.cfg.QueueBytes), Waiting: int64(i.Waiting), BytesIn: i.BytesIn, BytesOut: i.BytesOut,
			MessagesIn: i.MessagesIn, MessagesOut: i.MessagesOut, Relations: i.Relations, Dropped: i.Dropped,
		})
	}
	return all
}

func (n *Node) inspectDisconnect(ctx context.Context, node string) error {
	was, err := n.Disconnect(ctx, node)
	if err == nil && !was {
		err = fmt.Errorf("%s: %w", node, inspect.ErrNotFound)
	}
	return err
}
