package runtime

import (
	"context"
	"iter"

	"github.com/starlang-go/starlang/pid"
)

// Register gives the process a name, by which it can be found and sent to. Of
// registered names, which are this node's, it has at most one. It returns a
// [*registry.NameError]: [ErrNameTaken], [ErrAlreadyNamed], or that the name is not
// valid; for a [Via], what its service returns. The name is freed when the process has
// ended; a registered one before anyone is told of the end.
// Source: OTP, erlang:register/2.
func (c *Context) Register(name Named) error {
	p := c.process()
	if !p.running() {
		return p.failure()
	}
	return p.rt.registerAs(c, name, p.pid())
}

// Unregister frees the process's own name. If another process has it by now, that
// one keeps it and a [*registry.NameError] says so.
func (c *Context) Unregister(name Named) error {
	p := c.process()
	if !p.running() {
		return p.failure()
	}
	return p.rt.unregister(c, name, p.pid())
}

// Whereis returns who has the name on this node, or with the service of a [Via].
func (c *Context) Whereis(name Named) (pid.PID, bool) {
	p, err := c.rt.whereis(c, name)
	return p, err == nil
}

// Register gives any process of this runtime a name, see [Context.Register].
func (rt *Runtime) Register(name Named, p pid.PID) error {
	return rt.registerAs(NewContext(context.Background(), rt), name, p)
}

// Unregister frees a name, whoever has it. Source: OTP, erlang:unregister/1.
func (rt *Runtime) Unregister(name Named) error {
	return rt.unregister(NewContext(context.Background(), rt), name, pid.PID{})
}

// Whereis returns who has the name on this node, or with the service of a [Via].
func (rt *Runtime) Whereis(name Named) (pid.PID, bool) {
	if s, ok := name.(string); ok {
		return rt.registry.Whereis(s)
	}
	p, err := rt.whereis(NewContext(context.Background(), rt), name)
	return p, err == nil
}

// RegisteredNames iterates over the names and who has them, in no order. Names
// may come and go meanwhile.
func (rt *Runtime) RegisteredNames() iter.Seq2[string, pid.PID] {
	return rt.registry.RegisteredNames()
}

// BindName implements [registry.Handle]. The name goes into the process's own
// record in one step with the check that the process is Running, so its death
// finds it there.
func (p *process) BindName(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return ErrNoProc
	}
	r := p.recordLocked()
	if r.name != "" {
		return ErrAlreadyNamed
	}
	r.name = name
	return nil
}

// UnbindName implements [registry.Handle].
func (p *process) UnbindName(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec != nil && p.rec.name == name {
		p.rec.name = ""
	}
}

// registeredName returns p's name, "" if it has none.
func (p *process) registeredName() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec == nil {
		return ""
	}
	return p.rec.name
}
