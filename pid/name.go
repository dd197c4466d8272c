package pid

import (
	"cmp"
	"unicode/utf8"
)

// The longest registered name: Erlang's limit for an atom.
const (
	MaxNameChars = 255
	MaxNameBytes = MaxNameChars * utf8.UTFMax
)

// Name is a registered name on a node, Erlang's {Name, Node}: another way to
// address a process, resolved at that node when a signal arrives there.
type Name struct {
	Name string // the registered name
	Node string // the node's name; "" means the node where it is used
}

// String returns the name alone, or "name on node" if Node is set.
func (n Name) String() string {
	if n.Node == "" {
		return n.Name
	}
	return n.Name + " on " + n.Node
}

// IsRemote reports whether the name is on another node than node.
func (n Name) IsRemote(node NodeID) bool { return isOther(n.Node, node) }

// ImmutableTerm marks a Name as free to share between processes.
func (Name) ImmutableTerm() {}

// Address is where a signal goes: to a PID, or to a Name if the PID is zero.
type Address struct {
	PID  PID
	Name Name
}

// NodeName returns the name of the node that the address is on, "" for a name
// on the node where it is used.
func (a Address) NodeName() string {
	if a.PID.IsZero() {
		return a.Name.Node
	}
	return a.PID.node.Name()
}

// IsRemote reports whether the address is on another node than node: see [PID.IsRemote].
func (a Address) IsRemote(node NodeID) bool { return isOther(a.NodeName(), node) }

// String returns the text form of whichever of the two is set.
func (a Address) String() string {
	if a.PID.IsZero() && a.Name != (Name{}) {
		return a.Name.String()
	}
	return a.PID.String()
}

// Compare orders addresses: names by text, then PIDs.
func (a Address) Compare(o Address) int {
	return cmp.Or(
		cmp.Compare(a.Name.Name, o.Name.Name),
		cmp.Compare(a.Name.Node, o.Name.Node),
		a.PID.Compare(o.PID),
	)
}
