package remote

import (
	"sync"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/internal/conn"
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
	CauseLost             = DownCause(conn.Lost)
	CauseSilent           = DownCause(conn.Silent)
	CauseStalled          = DownCause(conn.Stalled)
	CauseClosing          = DownCause(conn.Closing)
	CauseDisconnected     = DownCause(conn.Disconnected)
	CausePeerClosed       = DownCause(conn.PeerClosed)
	CausePeerDisconnected = DownCause(conn.PeerDisconnected)
	CauseReplaced         = DownCause(conn.Replaced)
	CauseProtocol         = DownCause(conn.Protocol)
	CauseOverload         = DownCause(conn.Overload)
	CauseIdle             = DownCause(conn.Idle)
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
	up map[string]struct{}  // guarded by mu; the nodes of which it was told last that they are up
}
