package remote

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/remote/internal/guard"
)

// peer is what a node knows about another name. All is guarded by the Node's mu.
//
// State machine (only these edges):
//
//	idle --a send, Connect--> dialling --welcome, or admitted--> connected
//	  ^                          '-- failed: idle, not before retryAt
//	  '------------------------------- conn gone ------------------'
type peer struct {
	name     string
	conn     *conn.Conn // connected; until all that follows from its loss has happened
	lost     bool       // conn is, but not yet all that follows has happened
	accepted bool       // conn was dialled by the other node
	access   Access     // of the node that conn leads to
	attempt  *attempt   // dialling
	failures int        // in a row
	retryAt  time.Time
	wanted   bool        // Connect was called, and Disconnect has not been since
	redial   *time.Timer // dials it again when its time has come; nil: it is not waited for
	mismatch error       // of the last attempt, if somebody has to do something about it
	hung     guard.Hung  // of the Resolver and the Transport, for this node
}

// isUp reports whether the node is connected. The caller holds the Node's mu.
func (p *peer) isUp() bool { return p.conn != nil && !p.lost }

// attempt is an attempt to connect. All but done is guarded by the Node's mu.
type attempt struct {
	done    chan struct{} // closed at the end
	conn    *conn.Conn    // at the end: the connection, or
	err     error         // why there is none
	cancel  context.CancelFunc
	after   *conn.Conn // to be waited for: it is on its way out
	reached bool       // the other node's address has answered
}

// routes are the connections that are up. A routes never changes.
type routes struct {
	byID   map[pid.NodeID]*conn.Conn
	byName map[string]*conn.Conn
}
