package statem

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// Machine describes a state machine whose states are values of S, for example
// strings or integers with names, and whose data are a D.
type Machine[S comparable, D any] struct {
	// Initial is the state that it begins in, unless Init says otherwise.
	Initial S
	// Data is what it begins with.
	Data D
	// Init, if set, runs in the new process before the start returns, and
	// returns the first state. What it asks the Context for, such as timeouts,
	// is done after that. Its error is that of the start.
	Init func(ctx *Context[S, D]) (S, error)
	// States says what each state does.
	States map[S]State[S, D]
	// Default is for all states that are not in States: for machines with so
	// many of them, or of such a kind, that one function handles them all.
	Default State[S, D]
	// Terminate, if set, runs when the machine stops, under the conditions of
	// genserver.Terminator.
	Terminate func(ctx *Context[S, D], reason signal.ExitReason)
	// Format, if set, chooses what genserver.GetState shows, for example a
	// [Status]. Otherwise that is a text of the state and the types of the data,
	// whose values may be secret. Format gets copies of the state and the data, as if
	// they had been sent. What term.Isolate refuses it gets as it is; then the machine
	// waits until it has returned, see genserver.StateFormatter.
	Format func(state S, data D) any
}

// State says what a state does. It needs On or Handle.
type State[S comparable, D any] struct {
	// On are typed handlers, see [Handle]. They come before Handle and return what
	// it does.
	On Handlers[S, D]
	// Handle handles all other events and returns the next state, for example
	// ctx.State() to stay. After an error the machine stops with it as reason,
	// see genserver.InfoHandler, except that after genserver.ErrUnhandled it
	// goes on where it is: a caller gets that error, other events are logged.
	Handle func(ctx *Context[S, D], ev Event) (S, error)
	// Enter, if set, runs when the state is entered from another one, when the
	// machine begins in it, and after [Context.Repeat]. from is the state
	// before, or the state itself. It may set timeouts and reply, but neither
	// postpone nor insert events, nor repeat the state. Source: OTP, gen_statem, state_enter().
	Enter func(ctx *Context[S, D], from S) error
}

// Status is the state and the data of a machine: what genserver.ReplaceState takes.
type Status[S comparable, D any] struct {
	State S
	Data  D
}

// Start starts a machine, as genserver.Start does a server.
func Start[S comparable, D any](ctx context.Context, m Machine[S, D], opts genserver.Options) (pid.PID, error) {
	return genserver.Start(ctx, newMachine(m), opts)
}

// StartLink is [Start] that links the machine with the process, its parent.
func StartLink[S comparable, D any](ctx context.Context, m Machine[S, D], opts genserver.Options) (pid.PID, error) {
	return genserver.StartLink(ctx, newMachine(m), opts)
}

// StartMonitor is [Start] that monitors the machine.
func StartMonitor[S comparable, D any](ctx context.Context, m Machine[S, D], opts genserver.Options) (pid.PID, pid.Ref, error) {
	return genserver.StartMonitor(ctx, newMachine(m), opts)
}
