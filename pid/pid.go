package pid

import (
	"cmp"
)

// PID is the address of a process: the identity of its node and a number that
// the node never hands out twice. It is comparable with == and two words long.
// The zero PID addresses no process.
type PID struct {
	node NodeID
	id   uint64
}

// New returns the PID with the given parts. Programs get PIDs from a spawn; New
// is for tools that rebuild one from its parts.
func New(node NodeID, id uint64) PID { return PID{node, id} }

// Node returns the identity of the process's node.
func (p PID) Node() NodeID { return p.node }

// ID returns the process's number on its node.
func (p PID) ID() uint64 { return p.id }

// Creation returns the creation of the process's node.
func (p PID) Creation() uint32 { return p.node.Creation() }

// IsZero reports whether p is the zero PID, which addresses no process.
func (p PID) IsZero() bool { return p == PID{} }

// IsLocal reports whether node itself handed p out, in this very start: then the
// process is, or was, here. All others are remote, or of an earlier start.
func (p PID) IsLocal(node NodeID) bool { return p.node == node }

// IsRemote reports whether the process may be on another node than node. It is not if its
// PID is of any start of node, see [PID.IsLocal], or of a node without a name, which no
// other reaches.
func (p PID) IsRemote(node NodeID) bool { return !p.IsLocal(node) && isOther(p.node.Name(), node) }

// isOther reports whether a node's name, "" for that of the place where it is used, is
// another one than node's.
func isOther(name string, node NodeID) bool { return name != "" && name != node.Name() }

// Compare orders PIDs by node name, creation and number.
func (p PID) Compare(o PID) int {
	return cmp.Or(p.node.Compare(o.node), cmp.Compare(p.id, o.id))
}

// ImmutableTerm marks a PID as free to share between processes.
func (PID) ImmutableTerm() {}
