package pid

import "cmp"

// Ref is a reference: a value made to be told from all others, across nodes and
// restarts. It names monitors, timers and calls. It is comparable with ==; the
// zero Ref refers to nothing.
type Ref struct {
	node NodeID
	id   uint64
}

// NewRef returns the Ref with the given parts. Programs get Refs from
// [Node.NextRef]; NewRef is for tools that rebuild one from its parts.
func NewRef(node NodeID, raw uint64) Ref { return Ref{node, raw} }

// Node returns the identity of the node that made r.
func (r Ref) Node() NodeID { return r.node }

// Raw returns r's number on its node.
func (r Ref) Raw() uint64 { return r.id }

// Creation returns the creation of the node that made r.
func (r Ref) Creation() uint32 { return r.node.Creation() }

// IsZero reports whether r is the zero Ref, which refers to nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// Compare orders Refs by node name, creation and number.
func (r Ref) Compare(o Ref) int {
	return cmp.Or(r.node.Compare(o.node), cmp.Compare(r.id, o.id))
}

// ImmutableTerm marks a Ref as free to share between processes.
func (Ref) ImmutableTerm() {}
