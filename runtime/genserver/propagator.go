package genserver

import (
	"context"

	"github.com/starlang-go/starlang/runtime"
)

// Propagator carries values of the caller's context, such as trace ids, to the
// handler's. Its methods are called by many goroutines at once.
type Propagator interface {
	// Inject writes what is to travel with a call made with ctx.
	Inject(ctx context.Context, carried map[string]string)
	// Extract returns ctx with what has travelled, for [Context.CallContext].
	Extract(ctx context.Context, carried map[string]string) context.Context
}

type propagatorKey struct{}

// SetPropagator sets the propagator of all calls that processes of rt make and
// get. It can be set once: a second call returns [ErrPropagatorSet].
func SetPropagator(rt *runtime.Runtime, p Propagator) error {
	if _, set := rt.Attach(propagatorKey{}, p); set {
		return ErrPropagatorSet
	}
	return nil
}

func inject(ctx context.Context, rt *runtime.Runtime) map[string]string {
	p, ok := rt.Attached(propagatorKey{}).(Propagator)
	if !ok {
		return nil
	}
	carried := make(map[string]string)
	p.Inject(ctx, carried)
	return carried
}

func extract(ctx context.Context, rt *runtime.Runtime, carried map[string]string) context.Context {
	p, ok := rt.Attached(propagatorKey{}).(Propagator)
	if !ok || len(carried) == 0 {
		return ctx
	}
	return p.Extract(ctx, carried)
}
