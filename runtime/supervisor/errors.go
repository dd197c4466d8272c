package supervisor

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/starlang-go/starlang/runtime/genserver"
)

// The errors by which callers branch, with errors.Is. They are the same whether the
// supervisor is on this node or another.
var (
	// ErrIgnore is returned, itself, by a StartFunc if there is not to be a
	// process. The child's spec is kept, unless it is temporary.
	ErrIgnore = genserver.ErrIgnore
	// ErrNotFound tells that the supervisor has no such child.
	ErrNotFound = errors.New("no such child")
	// ErrAlreadyStarted tells that a child with this ID is running.
	ErrAlreadyStarted = errors.New("child is started already")
	// ErrAlreadyPresent tells that a child with this ID is there, though not
	// running: restart or delete it.
	ErrAlreadyPresent = errors.New("child is there already, though not running")
	// ErrRunning tells that the child is running, or that processes which it
	// left when it was killed are: terminate it first, or wait.
	ErrRunning = errors.New("child is running")
	// ErrRestarting tells that the child is about to be restarted: terminate it
	// first, which calls the restart off.
	ErrRestarting = errors.New("child is being restarted")
	// ErrMaxChildren tells that the supervisor has all children that it may.
	ErrMaxChildren = errors.New("supervisor has the children that it may have")
	// ErrDynamic tells that a child of a Dynamic supervisor was named by an
	// ID, or was to be restarted or deleted: use its PID, and StartChild.
	ErrDynamic = errors.New("children of a dynamic supervisor have no ID")
	// ErrTemplate tells that a Dynamic supervisor has a template, and
	// StartChild was called, or has none, and StartInstance was.
	ErrTemplate = errors.New("children of a template are started by StartInstance, all others by StartChild")
	// ErrArgType tells that StartInstance was given a value of another type
	// than the template takes.
	ErrArgType = errors.New("argument has another type than the template takes")
)

func init() {
	for code, err := range map[string]error{
		"supervisor.not_found":       ErrNotFound,
		"supervisor.already_started": ErrAlreadyStarted,
		"supervisor.already_present": ErrAlreadyPresent,
		"supervisor.running":         ErrRunning,
		"supervisor.restarting":      ErrRestarting,
		"supervisor.max_children":    ErrMaxChildren,
		"supervisor.dynamic":         ErrDynamic,
		"supervisor.template":        ErrTemplate,
		"supervisor.arg_type":        ErrArgType,
	} {
		genserver.MustRegisterError(code, err)
	}
}

// StartError says that a supervisor could not be started because a child could not.
type StartError struct {
	Supervisor string // its name, "" if it has none
	Child      string
	Err        error // what the StartFunc returned
}

// Error implements error.
func (e *StartError) Error() string {
	if e.Supervisor == "" {
		return fmt.Sprintf("start child %q: %v", e.Child, e.Err)
	}
	return fmt.Sprintf("supervisor %q: start child %q: %v", e.Supervisor, e.Child, e.Err)
}

// Unwrap returns Err.
func (e *StartError) Unwrap() error { return e.Err }

// childError says about which child an error is.
func childError(id string, err error) error { return fmt.Errorf("child %q: %w", id, err) }

func argTypeError[A any](arg any) error {
	return fmt.Errorf("%w: got %T, want %v", ErrArgType, arg, reflect.TypeFor[A]())
}
