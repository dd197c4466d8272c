package remote

import (
	"maps"
	"sync"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// NodeUp tells a process that called [Node.MonitorNodes] of a new connection. It
// comes before everything that arrives over it.
type NodeUp struct {
	Node     string // the name
	Creation uint32 // of its start
}

// NodeDown tells a process that called [Node.MonitorNodes] of the end of a
// connection. It comes after the downs and exits that follow from that, and before
// the NodeUp of another connection to the same name.
type NodeDown struct {
	Node     string // the name
	Creation uint32 // of its start
	Cause    DownCause
	Detail   string // for people; "" if there is nothing to add
}

// DownCause is why a connection ended.
type DownCause string

// The causes.
const (
	CauseLost             DownCause = "connection lost"
	CauseSilent           DownCause = "no sign of life"
	CauseStalled          DownCause = "peer takes nothing"
	CauseClosing          DownCause = "this node is closing"
	CauseDisconnected     DownCause = "disconnected"
	CausePeerClosed       DownCause = "peer is closing"
	CausePeerDisconnected DownCause = "disconnected by peer"
	CauseReplaced         DownCause = "replaced by another connection"
	CauseProtocol         DownCause = "protocol error"
	CauseOverload         DownCause = "overload"
	CauseIdle             DownCause = "idle"
)

// ImmutableTerm marks a NodeUp as free to share between processes.
func (NodeUp) ImmutableTerm() {}

// ImmutableTerm marks a NodeDown as free to share between processes.
func (NodeDown) ImmutableTerm() {}

// Who receives one of these knows that it is true: only a Node makes them.
func init() {
	const why = "only a Node tells of nodes"
	term.RefuseMessage[NodeUp](why)
	term.RefuseMessage[NodeDown](why)
}

// nodeMonitors are the processes that are told of nodes.
type nodeMonitors struct {
	mu sync.Mutex
	of map[pid.PID]struct{} // guarded by mu
}

// MonitorNodes makes the process receive a [NodeUp] for each connection from now on,
// a [NodeDown] for the end of each, and returns the names of the nodes that are
// connected now. A second call changes nothing. The process's end is enough to end
// it, or [Node.DemonitorNodes].
func (n *Node) MonitorNodes(ctx *runtime.Context) []string {
	n.watchers.mu.Lock()
	defer n.watchers.mu.Unlock()
	// Nobody tells of a process's end here; so the ended make room for the new.
	maps.DeleteFunc(n.watchers.of, func(p pid.PID, _ struct{}) bool { return !n.rt.IsAlive(p) })
	put(&n.watchers.of, ctx.PID(), struct{}{})
	return n.Nodes()
}

// DemonitorNodes ends what [Node.MonitorNodes] began. What is in the mailbox stays.
func (n *Node) DemonitorNodes(ctx *runtime.Context) {
	n.watchers.mu.Lock()
	defer n.watchers.mu.Unlock()
	remove(&n.watchers.of, ctx.PID())
}

// tell sends an event to all. It does not wait: for who has a bounded mailbox and no
// room the event waits, in order.
func (m *nodeMonitors) tell(n *Node, event any) {
	m.mu.Lock()
	all := make([]pid.PID, 0, len(m.of))
	for p := range m.of {
		if n.rt.IsAlive(p) {
			all = append(all, p)
		} else {
			remove(&m.of, p)
		}
	}
	m.mu.Unlock()
	for _, p := range all {
		n.port.Tell(p, event)
	}
}
