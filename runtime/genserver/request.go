package genserver

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/system"
	"github.com/starlang-go/starlang/term"
)

// request wraps the value of a call that has a deadline. All others travel bare, so that any process can call a
// server with [runtime.Call].
type request struct {
	Value    any
	Deadline time.Time     `msgpack:"-"` // within a node; zero: none
	Left     time.Duration // between nodes, whose clocks differ: the time left when it was sent; 0: none
}

// Kind implements [system.Kinded].
func (request) Kind() string { return runtime.SpanCall }

// Kind implements [system.Kinded].
func (cast) Kind() string { return runtime.SpanCast }

var _, _ system.Kinded = request{}, cast{}

// ImmutableTerm marks a request as free to share: its value is a copy already.
func (request) ImmutableTerm() {}

// Unwrapped implements [system.Wrapper].
func (r request) Unwrapped() any { return r.Value }

// cast is what [Cast] sends.
type cast struct {
	Value any
}

// ImmutableTerm marks a cast as free to share: its value is a copy already.
func (cast) ImmutableTerm() {}

// Unwrapped implements [system.Wrapper].
func (c cast) Unwrapped() any { return c.Value }

func init() {
	term.MustRegister[request]("genserver.Request")
	term.MustRegister[cast]("genserver.Cast")
}

// wrap returns what is sent to make the server get req and the deadline of ctx.
func wrap(ctx context.Context, rt *runtime.Runtime, to pid.Address, req any) (any, error) {
	deadline, bounded := ctx.Deadline()
	if !bounded {
		return req, nil
	}
	var w request
	if to.IsRemote(rt.Node().ID()) {
		if w.Left = time.Until(deadline); w.Left == 0 {
			w.Left = -1 // over
		}
	} else {
		w.Deadline = deadline
	}
	var err error
	w.Value, err = isolated(rt, to, req)
	return w, err
}

// isolated returns v as a receiver at to may get it inside of a wrapper that is
// passed as it is. What goes to another node is encoded anyway.
func isolated(rt *runtime.Runtime, to pid.Address, v any) (any, error) {
	if to.IsRemote(rt.Node().ID()) {
		return v, nil
	}
	return term.Isolate(v)
}

// withDeadline returns ctx, that of the call, with the deadline of the request.
func (r *request) withDeadline(ctx context.Context) context.Context {
	deadline := r.Deadline
	if r.Left != 0 {
		deadline = time.Now().Add(r.Left)
	}
	if deadline.IsZero() {
		return ctx
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	_ = cancel // its timer stops when the call is over
	return ctx
}
