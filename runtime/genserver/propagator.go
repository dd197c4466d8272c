package genserver

import "github.com/starlang-go/starlang/runtime"

// Propagator carries values of the caller's context to the handler's: see
// [runtime.Propagator].
type Propagator = runtime.Propagator

// SetPropagator sets the propagator of a runtime: see [runtime.Runtime.SetPropagator].
func SetPropagator(rt *runtime.Runtime, p Propagator) error { return rt.SetPropagator(p) }
