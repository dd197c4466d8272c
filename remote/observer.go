package remote

import (
	"log/slog"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// Access is what a connected node may do at this one.
type Access uint8

// The kinds of access.
const (
	None    Access = iota // it is not connected
	Member                // all: it is one of the network's nodes
	Control               // only ask the process starlang.inspect, to show and to do something
	Read                  // only ask the process starlang.inspect, to show something
)

// InspectName is the name of the process that observers may send to.
const InspectName = inspect.Name

// AccessOf returns what the start of a node that id names may do here.
func (n *Node) AccessOf(id pid.NodeID) Access {
	if c := n.routes.Load().byID[id]; c != nil {
		return c.access
	}
	return None
}

// hidden reports whether the peer is none of the network's nodes.
func (c *conn) hidden() bool { return c.access != Member }

// mayAct reports whether an observer may have a frame acted on. What it may not is
// answered, as far as it has an answer, and reported.
func (c *conn) mayAct(f *wire.Frame) bool {
	switch f.Kind {
	case wire.Message, wire.Raw, wire.Call, wire.Monitor, wire.Demonitor:
		if string(f.Name) == InspectName {
			return true
		}
	case wire.Exit, wire.Link, wire.Unlink, wire.LinkExit, wire.Spawn, wire.Release:
	default:
		return true
	}
	c.refuseAct(f)
	return false
}

var errObserver = signal.Error("an observer may only send to " + InspectName)

// refuseAct answers what an observer may not do.
func (c *conn) refuseAct(f *wire.Frame) {
	switch f.Kind {
	case wire.Call, wire.Monitor:
		c.answerFrame(wire.AppendSignal(nil, wire.Down, f.To, wire.To{ID: f.From}, f.Ref, errObserver))
	case wire.Link:
		c.answerFrame(wire.AppendSignal(nil, wire.LinkExit, f.To, wire.To{ID: f.From}, 0, errObserver))
	case wire.Spawn:
		c.failed(f.Ref, failureOther, errObserver.Text())
	}
	if last := c.warned.Swap(time.Now().Unix()); time.Since(time.Unix(last, 0)) > time.Second {
		c.log.Warn("an observer was refused", slog.String("peer", c.peer.Name()), slog.String("act", f.Kind.String()))
	}
}
