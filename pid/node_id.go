package pid

import (
	"cmp"
	"fmt"
	"unique"
)

// NodeID is the identity of one start of one node: its name and its creation.
// It is one word long, comparable with ==, and safe for all goroutines. The zero
// value has no name and creation 0; no running node ever has it.
//
// The identities that a program has seen are interned weakly: one that nothing
// refers to any more is freed, so a peer cannot make memory grow with them.
type NodeID struct {
	// handle is the zero Handle exactly for the zero identity, so that the zero
	// NodeID and the decoded one are equal.
	handle unique.Handle[identity]
}

type identity struct {
	name     string
	creation uint32
	words    string // only in a Ref: see Ref.Words
}

// NewNodeID returns the identity of the start of the node called name which
// drew creation. The name may be empty: a node that is not part of a network.
// It returns a [*NameError] if name is not a valid node name, see [CheckNodeName].
func NewNodeID(name string, creation uint32) (NodeID, error) {
	if name == "" {
		return internNodeID("", creation), nil
	}
	if err := CheckNodeName(name); err != nil {
		return NodeID{}, err
	}
	return internNodeID(name, creation), nil
}

func internNodeID(name string, creation uint32) NodeID {
	if name == "" && creation == 0 {
		return NodeID{}
	}
	return NodeID{unique.Make(identity{name: name, creation: creation})}
}

// Name returns the node's name, "" for a node that has none.
func (n NodeID) Name() string { return n.identity().name }

// Creation returns the number which the node drew at its start.
func (n NodeID) Creation() uint32 { return n.identity().creation }

// String returns the identity as its PIDs show it: name@host.creation, with 0
// for the name of a node that has none.
func (n NodeID) String() string {
	return fmt.Sprintf("%s.%d", cmp.Or(n.Name(), noName), n.Creation())
}

// IsZero reports whether n is the zero identity, which no running node has.
func (n NodeID) IsZero() bool { return n == NodeID{} }

// Compare orders identities by name, then by creation.
func (n NodeID) Compare(o NodeID) int {
	if n == o {
		return 0
	}
	a, b := n.identity(), o.identity()
	return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.creation, b.creation))
}

func (n NodeID) identity() identity {
	if n.IsZero() {
		return identity{}
	}
	return n.handle.Value()
}
