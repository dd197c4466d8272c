package signal

import "github.com/starlang-go/starlang/pid"

// ReplyTo is under which name the caller waits for the reply to a call. Whoever has it
// may reply, from any process of any node; nobody else can, because it cannot be
// guessed. It is opaque, immutable, comparable, and travels as it came: systems that
// take part in a network may have other ones than this module.
type ReplyTo struct {
	ref pid.Ref
}

// ReplyToRef returns the ReplyTo that is ref, for who makes calls or brings them from
// other systems.
func ReplyToRef(ref pid.Ref) ReplyTo { return ReplyTo{ref} }

// Ref returns the reference that r is.
func (r ReplyTo) Ref() pid.Ref { return r.ref }

// IsZero reports whether r is the zero ReplyTo, to which nobody can reply.
func (r ReplyTo) IsZero() bool { return r == ReplyTo{} }
