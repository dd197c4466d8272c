package runtime

import (
	"iter"

	"github.com/starlang-go/starlang/pid"
)

// Register gives the process a registered name, by which it can be found on this
// node and sent to. It returns a [*registry.NameError]: [ErrNameTaken],
// [ErrAlreadyNamed], or that the name is not valid. The name is freed when the
// process has ended, before anyone is told of the end.
// Source: OTP, erlang:register/2.
func (c *Context) Register(name string) error {
	p := c.process()
	if !p.running() {
		return p.failure()
	}
	return p.rt.Register(name, p.pid())
}

// Unregister frees the process's own name. If another process has it by now, that
// one keeps it and a [*registry.NameError] says so.
func (c *Context) Unregister(name string) error {
	p := c.process()
	if !p.running() {
		return p.failure()
	}
	return p.rt.registry.UnregisterNameOf(name, p.pid())
}

// Whereis returns who has the name on this node.
func (c *Context) Whereis(name string) (pid.PID, bool) { return c.rt.Whereis(name) }

// Register gives any process of this runtime a name, see [Context.Register].
func (rt *Runtime) Register(name string, p pid.PID) error { return rt.registry.RegisterName(name, p) }

// Unregister frees a name, whoever has it. Source: OTP, erlang:unregister/1.
func (rt *Runtime) Unregister(name string) error { return rt.registry.UnregisterName(name) }

// Whereis returns who has the name on this node.
func (rt *Runtime) Whereis(name string) (pid.PID, bool) { return rt.registry.Whereis(name) }

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
