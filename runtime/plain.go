package runtime

import "context"

// runtimeKey finds the runtime in a context.Context that carries no process.
type runtimeKey struct{}

// NewContext returns a context with parent's values, deadline and cancellation that
// also carries a runtime. With it [Send], [Call], [Whereis] and the like, and those of
// package genserver, act in the name of the program: without a process, from whatever
// goroutine. A process that parent carries is put out of sight.
//
//	func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
//		ctx := runtime.NewContext(r.Context(), h.rt)
//		n, err := runtime.CallNamed[int](ctx, "counter", Add{1})
//		...
//	}
func NewContext(parent context.Context, rt *Runtime) context.Context {
	return &plainContext{parent, rt}
}

// plainContext is what NewContext returns.
type plainContext struct {
	context.Context
	rt *Runtime
}

// Value implements context.Context.
func (c *plainContext) Value(key any) any {
	switch key.(type) {
	case runtimeKey:
		return c.rt
	case processKey:
		return nil
	}
	return c.Context.Value(key)
}

// String returns what the context is made of, as those of package context do.
func (c *plainContext) String() string { return "runtime.NewContext" }

// actor returns in whose name a function with ctx acts: a process, or the program on a
// runtime, with a nil process. It returns [ErrNotInProcess] if ctx carries neither.
func actor(ctx context.Context) (rt *Runtime, p *process, err error) {
	if c, ok := ctx.(*plainContext); ok {
		return c.rt, nil, nil
	}
	if c, ok := FromContext(ctx); ok {
		return c.rt, c.process(), nil
	}
	if rt, ok := RuntimeFrom(ctx); ok {
		return rt, nil, nil
	}
	return nil, nil, ErrNotInProcess
}

// RuntimeFrom returns the runtime that ctx carries: its process's, or the one given to
// [NewContext].
func RuntimeFrom(ctx context.Context) (*Runtime, bool) {
	if c, ok := ctx.(*Context); ok {
		if c == nil {
			return nil, false
		}
		return c.rt, true
	}
	if c, ok := ctx.(*plainContext); ok {
		return c.rt, true
	}
	if c, ok := FromContext(ctx); ok {
		return c.rt, true
	}
	rt, ok := ctx.Value(runtimeKey{}).(*Runtime)
	return rt, ok
}
