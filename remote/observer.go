package remote

import (
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
