package genserver

import (
	"context"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// Ref is what a server is addressed by: a [pid.PID]; a registered name of this node as
// a string; a name on any node as a [pid.Name]; a name that a service keeps as a
// [runtime.Via]; whichever of PID and name a [pid.Address] has. Any other value is
// refused with [runtime.ErrNotNamed]. Passing one costs no allocation.
type Ref any

// resolve returns the address that a Ref stands for. For a [runtime.Via] that is the PID
// of whoever has the name now.
func resolve(ctx context.Context, ref Ref) (pid.Address, error) {
	switch ref := ref.(type) {
	case pid.PID:
		return pid.Address{PID: ref}, nil
	case string:
		return pid.Address{Name: pid.Name{Name: ref}}, nil
	case pid.Name:
		return pid.Address{Name: ref}, nil
	case pid.Address:
		return ref, nil
	case runtime.Via:
		p, err := runtime.Whereis(ctx, ref)
		return pid.Address{PID: p}, err
	}
	return pid.Address{}, fmt.Errorf("%w or a pid.PID", runtime.ErrNotNamed)
}

// lookAgain is called when whoever a service has named is gone. It returns who has the
// name by now, if that is another one: see [runtime.NameForgetter].
func lookAgain(ctx context.Context, ref Ref, gone pid.Address, err error) (pid.Address, bool) {
	via, ok := ref.(runtime.Via)
	if !ok || !isGone(err) {
		return pid.Address{}, false
	}
	if f, ok := via.Service.(runtime.NameForgetter); ok {
		f.Forget(via.Name, gone.PID)
	}
	to, err := resolve(ctx, ref)
	return to, err == nil && to.PID != gone.PID
}

// isGone reports whether a call has failed because nobody was there: nothing of it was
// handled.
func isGone(err error) bool {
	failed, ok := err.(*runtime.RuntimeError)
	return ok && (failed.Err == runtime.ErrNoProc || failed.Err == error(signal.NoProc))
}
