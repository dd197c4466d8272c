package group

import (
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

// Changed tells a process that monitors a group who has joined or left. A process that
// joined twice is there twice.
type Changed struct {
	Ref    pid.Ref // what Monitor returned
	Scope  string
	Group  string
	Joined []pid.PID
	Left   []pid.PID
}

// What the servers of a scope tell each other. A server that sees another's node come up
// sends hello, and gets the table; afterwards it gets what changes. The order of signals
// makes that complete.
type (
	// hello asks for the table of who gets it, and for what changes in it.
	hello struct{ From pid.PID }
	// all is the whole table of a node: who is a member, as many times as it is one.
	all struct {
		From   pid.PID
		Groups map[string][]pid.PID
	}
	// change is what has changed on a node.
	change struct {
		From   pid.PID
		Group  string
		Member pid.PID
		Joins  int // how many memberships were added, or, if negative, taken away
	}
)

func init() {
	term.MustRegister[hello]("starlang.group.hello")
	term.MustRegister[all]("starlang.group.all")
	term.MustRegister[change]("starlang.group.change")
}

// op is what a request asks for.
type op int

const (
	opJoin op = iota
	opLeave
	opMonitor
	opMonitorAll
	opDemonitor
)

// What a server answers a request with.
const (
	done      = 0
	notJoined = 1
)

// request is what a process of this node asks its server for. It never travels.
type request struct {
	Op      op
	PID     pid.PID
	Group   string
	Ref     pid.Ref
	members []pid.PID // set by the server before it answers
}

// ImmutableTerm says that a request may be shared between caller and server: the server
// writes members before it answers, and the caller reads them afterwards.
func (*request) ImmutableTerm() {}
