package supervisor

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// StartLink starts a supervisor, links it with the process, its parent, and returns
// when all its children have started. ctx is a process's own Context or derives from
// it. When it ends first the start is given up: the children that did start are stopped
// as always, in reverse order, and killed when the time is over that all of them are given
// together. It is what a [StartFunc] may be: a supervisor is a child like any other.
//
// The error is a [*SpecError], then nothing was done; a [*StartError], then the
// children that did start were stopped; or a *[genserver.StartError].
// Source: OTP, supervisor:start_link/3.
func StartLink(ctx context.Context, spec Spec) (pid.PID, error) {
	parent, err := runtime.CurrentPID(ctx)
	if err != nil {
		return pid.PID{}, err
	}
	return start(context.WithoutCancel(ctx), ctx, spec, parent, genserver.StartLink)
}

// Start starts a supervisor whose parent is the program: one at the root of a tree. It
// ends when it gets an exit signal from the program, such as [runtime.Runtime.Exit]
// sends, also while it starts. ctx bounds its start as that of [StartLink], whose errors
// it returns.
func Start(ctx context.Context, rt *runtime.Runtime, spec Spec) (p pid.PID, err error) {
	ran := rt.Run(context.WithoutCancel(ctx), func(c *runtime.Context) error {
		c.SetTrapExit(true) // the supervisor obeys a Shutdown of the runtime, and stops what has started
		p, err = start(c, ctx, spec, theProgram, genserver.Start)
		return nil
	})
	if p.IsZero() && err == nil {
		return p, ran // there was no process to begin with
	}
	return p, err
}

type starter func(ctx context.Context, server any, opts genserver.Options) (pid.PID, error)

// start starts a supervisor, in the name of the process that ctx carries. When bound ends
// first, it is the supervisor that gives up its start.
func start(ctx, bound context.Context, spec Spec, parent pid.PID, how starter) (pid.PID, error) {
	if err := spec.Check(); err != nil {
		return pid.PID{}, err
	}
	c, ok := runtime.FromContext(ctx)
	if !ok {
		return pid.PID{}, runtime.ErrNotInProcess
	}
	s := newServer(c.Runtime(), spec, parent)
	s.bound = bound
	p, err := how(ctx, s, genserver.Options{Name: spec.Name, TrapExit: true})
	if err == nil {
		return p, nil
	}
	s.children.awaitOrphans() // it may have been killed
	if failure := s.failure.Load(); failure != nil {
		return p, failure
	}
	return p, err
}

// Child returns the spec of a child that is a supervisor: permanent, and given the time
// that it takes to stop.
func Child(id string, spec Spec) ChildSpec {
	start := func(ctx context.Context) (pid.PID, error) { return StartLink(ctx, spec) }
	return ChildSpec{ID: id, Start: start, Type: Supervisor}
}

// Body returns the StartFunc of a child that is a process with a plain body. It counts
// as started at once.
func Body(body runtime.Body) StartFunc { return BodyOpt(runtime.SpawnOptions{}, body) }

// BodyOpt is [Body] with options. The link is set in any case.
func BodyOpt(opts runtime.SpawnOptions, body runtime.Body) StartFunc {
	opts.Link = true
	return func(ctx context.Context) (pid.PID, error) {
		c, ok := runtime.FromContext(ctx)
		if !ok {
			return pid.PID{}, runtime.ErrNotInProcess
		}
		p, _, err := c.SpawnOpt(opts, body)
		return p, err
	}
}

// ReadyBody returns the StartFunc of a child that tells when it is ready: see
// [runtime.AckBody]. The link is set in any case.
func ReadyBody(opts runtime.SpawnOptions, body runtime.AckBody) StartFunc {
	opts.Link = true
	return func(ctx context.Context) (pid.PID, error) {
		c, ok := runtime.FromContext(ctx)
		if !ok {
			return pid.PID{}, runtime.ErrNotInProcess
		}
		p, _, err := c.SpawnAck(ctx, opts, body)
		return p, err
	}
}
