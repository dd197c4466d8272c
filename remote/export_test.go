package remote

import (
	"time"

	"github.com/starlang-go/starlang/remote/internal/conn"
)

// DirectWriter returns what senders write to a connection with.
var DirectWriter = conn.DirectWriter

// PeerCount returns about how many names n knows something.
func PeerCount(n *Node) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.peers)
}

// StopProgram makes the connection to a node believe that this program has stood still for
// d, until now.
func StopProgram(n *Node, node string, d time.Duration) { n.routes.Load().byName[node].StandStill(d) }

// ForgivesAfter reports whether a deadline for reading that has passed is put off if the
// program has stood still until a tick that came so long ago.
func ForgivesAfter(n *Node, node string, d time.Duration) bool {
	return n.routes.Load().byName[node].ForgivesAfter(d)
}

// IsPaused reports whether nothing is read from a node because too much waits.
func IsPaused(n *Node, node string) bool {
	c := n.routes.Load().byName[node]
	return c != nil && c.IsPaused()
}

// WaitingBytes returns how many bytes have arrived at n and are in no mailbox yet.
func WaitingBytes(n *Node) int64 { return int64(n.port.Waiting()) }
