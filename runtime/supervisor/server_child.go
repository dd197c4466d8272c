package supervisor

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// Specifier is a server whose type says how it wants to be supervised, Elixir's
// child_spec/1. ChildSpec gets the spec that it would have, and returns it with what is to
// be different: Restart, Shutdown, and so on.
type Specifier interface {
	ChildSpec(spec ChildSpec) ChildSpec
}

// Server returns the spec of a child that is a genserver. newServer returns its value, a new
// one for each start; it is also called once now, to ask a [Specifier].
func Server(id string, newServer func() any, opts genserver.Options) ChildSpec {
	spec := ChildSpec{ID: id, Start: func(ctx context.Context) (pid.PID, error) {
		return genserver.StartLink(ctx, newServer(), opts)
	}}
	if s, ok := newServer().(Specifier); ok {
		return s.ChildSpec(spec)
	}
	return spec
}
