package runtime

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime/internal/guard"
)

// Named is what a process is addressed by if not by its PID: a string is a registered
// name of this node, a [pid.Name] one of any node, a [Via] one that a [NameService]
// keeps. A value of any other type is refused with [ErrNotNamed]. It is an interface
// without methods so that a plain string needs no conversion; passing one costs no
// allocation.
type Named any

// Via is a name that a [NameService] keeps, Erlang's {via, Module, Name}. It can stand
// wherever a registered name can.
type Via struct {
	Service NameService
	Name    string
}

// String returns the name and the type of the service.
func (v Via) String() string { return fmt.Sprintf("%s via %T", v.Name, v.Service) }

// NameService keeps names of its own: of a cluster, say, or many for one process. Its
// methods are called by many goroutines at once, each time in one of its own, for which
// whoever acts waits. ctx is that of the process that acts, or derives from it, or is made by
// [NewContext] if none does; the methods may wait until it ends. For those but Send that is,
// if ctx has no deadline, when the time of a call is over, see [Config].CallTimeout. A method
// that goes on after that is waited for no longer, and one that panics has failed. A name
// service frees the names of a process that has ended by itself, for example by a monitor.
// Source: OTP, gen_server, server_name() {via, Module, ViaName}.
type NameService interface {
	// Register gives p the name. It returns an error that is [ErrNameTaken] if
	// another process has it.
	Register(ctx context.Context, name string, p pid.PID) error
	// Unregister frees the name if p has it.
	Unregister(ctx context.Context, name string, p pid.PID) error
	// Whereis returns who has the name, or an error that is [ErrNameNotFound]. One that is
	// [ErrNoProc] counts as such, and so does the zero PID.
	Whereis(ctx context.Context, name string) (pid.PID, error)
	// Send sends v to whoever has the name: most find it and use [Send] with ctx.
	Send(ctx context.Context, name string, v any) error
}

// NameForgetter is a [NameService] that remembers what it has looked up. Forget is told
// that a call found p gone. If Whereis then returns another process, the request, which
// nobody has handled, is sent once more.
type NameForgetter interface {
	Forget(name string, p pid.PID)
}

// ErrNotNamed tells that a value is none of what a [Named] may be.
var ErrNotNamed = errors.New("not a name: want a string, a pid.Name or a runtime.Via")

func notNamed(n Named) error { return fmt.Errorf("%w, got %v", ErrNotNamed, reflect.TypeOf(n)) }

// checkNamed returns an error if n is none of what a Named may be.
func checkNamed(n Named) error {
	switch n.(type) {
	case string, pid.Name, Via:
		return nil
	}
	return notNamed(n)
}

// resolve returns the address that n stands for. For a Via that is the PID of who has
// the name now. ctx is the one that acts.
func resolve(ctx context.Context, n Named) (pid.Address, error) {
	switch n := n.(type) {
	case string:
		return pid.Address{Name: pid.Name{Name: n}}, nil
	case pid.Name:
		return pid.Address{Name: n}, nil
	case Via:
		p, err := n.whereis(ctx)
		return pid.Address{PID: p}, err
	}
	return pid.Address{}, notNamed(n)
}

// label returns n as the address that errors show.
func label(n Named) pid.Address {
	switch n := n.(type) {
	case string:
		return pid.Address{Name: pid.Name{Name: n}}
	case pid.Name:
		return pid.Address{Name: n}
	case Via:
		return pid.Address{Name: pid.Name{Name: n.Name}}
	}
	return pid.Address{}
}

var errNoService = fmt.Errorf("%w: runtime.Via has no Service", ErrNameNotFound)

func (v Via) whereis(ctx context.Context) (p pid.PID, err error) {
	p, err = askService(ctx, v, func(ctx context.Context) (pid.PID, error) { return v.Service.Whereis(ctx, v.Name) }, nil)
	if err == nil && p.IsZero() {
		err = ErrNameNotFound
	}
	return p, nobody(err)
}

func (v Via) register(ctx context.Context, p pid.PID) error {
	rt, _, err := actor(ctx)
	if err != nil {
		return err
	}
	_, err = askService(ctx, v,
		func(ctx context.Context) (struct{}, error) { return struct{}{}, v.Service.Register(ctx, v.Name, p) },
		func() { _ = v.unregister(NewContext(context.Background(), rt), p) }) // nobody knows that it has the name
	return err
}

func (v Via) send(ctx context.Context, value any) error {
	if v.Service == nil {
		return &SendError{To: label(v), Err: errNoService}
	}
	value, err := isolateCarried(value) // the service may still have it when we have returned
	if err != nil {
		return &SendError{To: label(v), Err: err}
	}
	_, err = guard.Call(ctx, 0,
		func() (struct{}, error) { return struct{}{}, v.Service.Send(ctx, v.Name, value) }, func(struct{}) {})
	return nobody(err)
}

// askService calls f, which calls a method of v's service, until ctx ends, or the time of a
// call is over. What f has done when that was so is for late, if that is not nil.
func askService[T any](ctx context.Context, v Via, f func(context.Context) (T, error), late func()) (T, error) {
	if v.Service == nil {
		var none T
		return none, errNoService
	}
	if d := serviceTime(ctx); d != NoTimeout {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, d, ErrTimeout)
		defer cancel()
	}
	return guard.Call(ctx, 0, func() (T, error) { return f(ctx) }, func(T) {
		if late != nil {
			late()
		}
	})
}

// serviceTime returns how long a name service may take: [NoTimeout] if ctx says when.
func serviceTime(ctx context.Context) time.Duration {
	if _, bounded := ctx.Deadline(); bounded {
		return NoTimeout
	}
	if d, ok := ctx.Value(callLimitKey{}).(time.Duration); ok {
		return d
	}
	if rt, ok := RuntimeFrom(ctx); ok {
		return rt.cfg.CallTimeout
	}
	return DefaultCallTimeout
}

// nobody returns what a service has returned; if that is an [ErrNoProc] then one that is
// [ErrNameNotFound] too, as where no service is asked. A service may find out that nobody has
// a name by asking a process that is gone.
func nobody(err error) error {
	if err == nil || !errors.Is(err, ErrNoProc) || errors.Is(err, ErrNameNotFound) {
		return err
	}
	return &nameless{err}
}

// nameless is an error which tells that nobody has a name.
type nameless struct{ error }

func (e *nameless) Unwrap() []error { return []error{e.error, ErrNameNotFound} }

// registerAs gives p the name that n stands for.
func (rt *Runtime) registerAs(ctx context.Context, n Named, p pid.PID) error {
	switch n := n.(type) {
	case string:
		return rt.registerName(n, p)
	case pid.Name:
		if n.IsRemote(rt.node.ID()) {
			return &registry.NameError{Op: "register", Name: n.String(), Err: registry.ErrNotLocal}
		}
		return rt.registerName(n.Name, p)
	case Via:
		return n.register(ctx, p)
	}
	return notNamed(n)
}

// unregister frees the name that n stands for if p has it, or whoever has it if p is
// zero and the name is a registered one.
func (rt *Runtime) unregister(ctx context.Context, n Named, p pid.PID) error {
	switch n := n.(type) {
	case string:
		return rt.unregisterName(n, p)
	case pid.Name:
		if n.IsRemote(rt.node.ID()) {
			return &registry.NameError{Op: "unregister", Name: n.String(), Err: registry.ErrNotLocal}
		}
		return rt.unregisterName(n.Name, p)
	case Via:
		return n.unregister(ctx, p)
	}
	return notNamed(n)
}

func (rt *Runtime) registerName(name string, p pid.PID) error {
	err := rt.registry.RegisterName(name, p)
	if err == nil && rt.tracers.on() {
		rt.tracers.tell(func(t Tracer) { t.Named(p, name, true) })
	}
	return err
}

func (rt *Runtime) unregisterName(name string, p pid.PID) (err error) {
	owner, _ := rt.registry.Whereis(name)
	if p.IsZero() {
		err = rt.registry.UnregisterName(name)
	} else {
		err = rt.registry.UnregisterNameOf(name, p)
	}
	if err == nil && rt.tracers.on() {
		rt.tracers.tell(func(t Tracer) { t.Named(owner, name, false) })
	}
	return err
}

func (v Via) unregister(ctx context.Context, p pid.PID) (err error) {
	if p.IsZero() {
		if p, err = v.whereis(ctx); err != nil {
			return err
		}
	}
	_, err = askService(ctx, v,
		func(ctx context.Context) (struct{}, error) { return struct{}{}, v.Service.Unregister(ctx, v.Name, p) }, nil)
	return nobody(err)
}

// whereis returns who has the name that n stands for, on this node or with a service.
func (rt *Runtime) whereis(ctx context.Context, n Named) (pid.PID, error) {
	to, err := resolve(ctx, n)
	switch {
	case err != nil || !to.PID.IsZero():
		return to.PID, err
	case to.Name.IsRemote(rt.node.ID()):
		return pid.PID{}, &SendError{To: to, Err: registry.ErrNotLocal}
	}
	p, ok := rt.registry.Whereis(to.Name.Name)
	if !ok {
		return pid.PID{}, ErrNameNotFound
	}
	return p, nil
}
