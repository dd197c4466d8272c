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

// maySend reports whether an observer may have a signal acted on. What it may not is
// answered, as far as it has an answer, and reported.
func (c *conn) maySend(f *signal.Frame) bool {
	switch f.Kind {
	case signal.Reply, signal.DownSignal, signal.UnlinkAck:
		return true
	case signal.Message, signal.Raw, signal.Call, signal.Monitor, signal.Demonitor:
		if f.Name == InspectName {
			return true
		}
	}
	to, env := f.Signal(c.peer, c.self)
	if back, ok := signal.Answer(to, env, errObserver); ok {
		answer := signal.FrameOf(&pid.Address{PID: env.From}, &back)
		c.answerFrame(answer.Append(nil))
	}
	c.warnRefused(f.Kind.String())
	return false
}

// mayAsk is maySend for what is no signal.
func (c *conn) mayAsk(f *wire.Frame) bool {
	switch f.Kind {
	case wire.Spawn:
		c.failed(f.Ref, failureOther, errObserver.Text())
	case wire.Release:
	default:
		return true
	}
	c.warnRefused(f.Kind.String())
	return false
}

var errObserver = signal.Error("an observer may only send to " + InspectName)

func (c *conn) warnRefused(act string) {
	if last := c.warned.Swap(time.Now().Unix()); time.Since(time.Unix(last, 0)) > time.Second {
		c.log.Warn("an observer was refused", slog.String("peer", c.peer.Name()), slog.String("act", act))
	}
}
