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

// startInspect starts the process that tools ask, unless the program has done so.
func (n *Node) startInspect() error {
	if n.inspects() == InspectOff {
		return nil
	}
	_, err := inspect.Start(n.rt, inspect.Config{
		Access:         n.inspectAccess,
		Peers:          n.inspectPeers,
		Disconnect:     n.inspectDisconnect,
		NodeEvents:     func(tell func(inspect.NodeEvent)) { n.noteNode.Store(&tell) },
		FlightRecorder: n.cfg.FlightRecorder,
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
		if c.Hidden() {
			continue
		}
		i := connInfo(c)
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

// AccessOf returns what the start of a node that id names may do here.
func (n *Node) AccessOf(id pid.NodeID) Access {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.peers[id.Name()]; p != nil && p.conn != nil && p.conn.Peer() == id {
		return p.access
	}
	return None
}

// noteNodeEvent lets those who inspect the node see an event later. It does not wait.
func (n *Node) noteNodeEvent(e inspect.NodeEvent) {
	if tell := n.noteNode.Load(); tell != nil {
		(*tell)(e)
	}
}
