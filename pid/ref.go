package pid

import (
	"cmp"
	"unique"
)

// Ref is a reference: a value made to be told from all others, across nodes and
// restarts. It names monitors, timers and calls. It is comparable with == and two
// words long; the zero Ref refers to nothing.
//
// References of this module are a number. Those of other systems that take part in a
// network may be longer, as Erlang's are, and have to go back exactly as they came:
// what is beyond the number are their [Ref.Words].
type Ref struct {
	// maker is the node's identity, interned together with the words if there are
	// any: so few references have them that they must cost the others nothing.
	maker NodeID
	id    uint64
}

// NewRef returns the Ref with the given parts. Programs get Refs from
// [Node.NextRef]; NewRef is for tools that rebuild one from its parts.
func NewRef(node NodeID, raw uint64) Ref { return Ref{node, raw} }

// MaxRefWordsBytes is the length of the longest [Ref.Words].
const MaxRefWordsBytes = 255

// NewLongRef is [NewRef] of a reference of another system, which has words beside its
// number. It panics if these are longer than [MaxRefWordsBytes].
func NewLongRef(node NodeID, raw uint64, words []byte) Ref {
	if len(words) > MaxRefWordsBytes {
		panic("pid: words of a reference are too long")
	}
	if len(words) == 0 {
		return NewRef(node, raw)
	}
	return Ref{NodeID{unique.Make(identity{node.Name(), node.Creation(), string(words)})}, raw}
}

// Node returns the identity of the node that made r.
func (r Ref) Node() NodeID {
	if full := r.maker.identity(); full.words != "" {
		return internNodeID(full.name, full.creation)
	}
	return r.maker
}

// Raw returns r's number on its node.
func (r Ref) Raw() uint64 { return r.id }

// Words returns what r has beside its number, "" for a Ref of this module.
func (r Ref) Words() string { return r.maker.identity().words }

// Creation returns the creation of the node that made r.
func (r Ref) Creation() uint32 { return r.maker.Creation() }

// IsZero reports whether r is the zero Ref, which refers to nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// Compare orders Refs by node name, creation, number and words.
func (r Ref) Compare(o Ref) int {
	if r.maker == o.maker {
		return cmp.Compare(r.id, o.id)
	}
	a, b := r.maker.identity(), o.maker.identity()
	return cmp.Or(
		cmp.Compare(a.name, b.name),
		cmp.Compare(a.creation, b.creation),
		cmp.Compare(r.id, o.id),
		cmp.Compare(a.words, b.words),
	)
}

// ImmutableTerm marks a Ref as free to share between processes.
func (Ref) ImmutableTerm() {}
