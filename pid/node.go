package pid

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strings"
	"sync/atomic"
)

// MaxNodeNameBytes is the length of the longest node name: 255 bytes, Erlang's
// limit for an atom.
const MaxNodeNameBytes = 255

// Node is one start of one node: it has an identity and hands out the PIDs and
// Refs that carry it. Make it with [NewNode]; all goroutines may share it.
type Node struct {
	id      NodeID
	lastPID atomic.Uint64
}

// NewNode starts an identity under name, which is "" or of the form part@host,
// with a fresh creation: random and never 0. Two starts draw the same one with a
// probability of one in 4,294,967,295, whatever the clock says at either.
// It returns a [*NameError] if name is not valid.
func NewNode(name string) (*Node, error) {
	id, err := NewNodeID(name, freshCreation())
	if err != nil {
		return nil, err
	}
	return &Node{id: id}, nil
}

func freshCreation() uint32 {
	for {
		var b [4]byte
		_, _ = rand.Read(b[:]) // never fails: crypto/rand crashes the program instead
		if c := binary.BigEndian.Uint32(b[:]); c != 0 {
			return c
		}
	}
}

// ID returns the node's identity.
func (n *Node) ID() NodeID { return n.id }

// Name returns the node's name, "" if it has none.
func (n *Node) Name() string { return n.id.Name() }

// Creation returns the number that tells this start of the node from all others.
func (n *Node) Creation() uint32 { return n.id.Creation() }

// NextPID returns a PID that this node has not handed out before.
func (n *Node) NextPID() PID { return PID{n.id, n.lastPID.Add(1)} }

// NextRef returns a new Ref. Its number is 64 random bits that nobody can guess, so
// a Ref is also a capability: who has it was given it. That two are equal takes some
// billions of them.
func (n *Node) NextRef() Ref { return Ref{n.id, unguessable()} }

// NameError says why a node name is not valid.
type NameError struct {
	Name string // the name that was refused
	Why  string // what is wrong with it and what is asked for
}

// Error implements error.
func (e *NameError) Error() string {
	return fmt.Sprintf("pid: node name %q: %s", e.Name, e.Why)
}

// CheckNodeName returns a [*NameError] unless name can name a node on a network:
// part@host, at most [MaxNodeNameBytes] long, both parts non-empty, of ASCII
// letters, digits and "-_.", with ":" and "[]" allowed in the host for ports and
// IPv6 addresses.
func CheckNodeName(name string) error {
	why := nodeNameFault(name)
	if why == "" {
		return nil
	}
	if len(name) > MaxNodeNameBytes {
		name = name[:maxQuotedBytes] + "…" // it may be of any length
	}
	return &NameError{name, why}
}

// nodeNameFault says what is wrong with name, "" if nothing is.
func nodeNameFault(name string) string {
	part, host, found := strings.Cut(name, "@")
	switch {
	case len(name) > MaxNodeNameBytes:
		return fmt.Sprintf("is %d bytes long, %d are allowed", len(name), MaxNodeNameBytes)
	case !found || part == "" || host == "":
		return "must be of the form part@host"
	case !only(part, "-_."), !only(host, "-_.:[]"):
		return `has a byte that is none of letters, digits and "-_." (in the host also ":[]")`
	}
	return ""
}

func only(s, extra string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && strings.IndexByte(extra, c) < 0 {
			return false
		}
	}
	return true
}
