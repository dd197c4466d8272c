package runtime

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/term"
)

// The errors by which callers branch, with errors.Is. Those of the registry and
// the mailbox stand here too, so that a program needs this package only.
var (
	// ErrNoProc tells that the process has ended or never was.
	ErrNoProc = registry.ErrNoProc
	// ErrNoConnection tells that the process's node cannot be reached now.
	ErrNoConnection = registry.ErrNoConnection
	// ErrNameNotFound tells that no process has the name. It is also an ErrNoProc.
	ErrNameNotFound = registry.ErrNameNotFound
	// ErrNameTaken tells that another process has the name.
	ErrNameTaken = registry.ErrNameTaken
	// ErrAlreadyNamed tells that the process has a name already.
	ErrAlreadyNamed = registry.ErrAlreadyNamed
	// ErrMailboxFull tells that the receiver's bounded mailbox has no room.
	ErrMailboxFull = mailbox.ErrMailboxFull
	// ErrTimeout tells that nothing came within the time given.
	ErrTimeout = mailbox.ErrTimeout
	// ErrEmpty tells that nothing is there to be received.
	ErrEmpty = mailbox.ErrEmpty
	// ErrConcurrentReceive tells that another goroutine is receiving with the
	// same Context: a mistake in the program. Nothing was taken out.
	ErrConcurrentReceive = mailbox.ErrConcurrentReceive
	// ErrTerminated tells that the process whose Context was used has ended, or
	// is about to. Nothing was done.
	ErrTerminated = errors.New("process has terminated")
	// ErrStopped tells that the Runtime is shut down, or about to be.
	ErrStopped = errors.New("runtime is stopped")
	// ErrNilBody tells that a process was to be spawned without a body.
	ErrNilBody = errors.New("body is nil")
	// ErrNotInProcess tells that a context.Context carries neither a process nor a
	// runtime.
	ErrNotInProcess = errors.New("not in a process: the context carries neither a process nor a runtime; " +
		"derive it from a process's Context, or make one by runtime.NewContext, Runtime.Run or ProcessScope")
	// ErrCallSelf tells that a process called itself, which could never end.
	ErrCallSelf = errors.New("process calls itself")
	// ErrNotCall tells that a message was replied to which is no call.
	ErrNotCall = errors.New("message is not a call")
	// ErrCallOver tells that a call does not wait for its reply any more: its
	// caller has given up or ended, or it was answered.
	ErrCallOver = errors.New("call is over")
	// ErrReplyType tells that a call was answered with a value of another type
	// than the caller asked for.
	ErrReplyType = errors.New("reply has another type")
)

// SendError says to whom a signal could not be sent, and why.
type SendError = registry.SendError

// SpawnError says why a process could not be spawned.
type SpawnError struct {
	Name string // the name that it was to have, if any
	Err  error  // ErrStopped, ErrNilBody, ErrTerminated, ErrNameTaken, …
}

// Error implements error.
func (e *SpawnError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("spawn: %v", e.Err)
	}
	return fmt.Sprintf("spawn %q: %v", e.Name, e.Err)
}

// Unwrap returns Err.
func (e *SpawnError) Unwrap() error { return e.Err }

// RuntimeError says which operation of which process failed, and why.
type RuntimeError struct {
	Op  string      // "link", "unlink" or "call"
	To  pid.Address // whom it was aimed at; zero if that is not known any more
	Err error
}

// Error implements error.
func (e *RuntimeError) Error() string {
	if e.To == (pid.Address{}) {
		return fmt.Sprintf("%s: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("%s %s: %v", e.Op, e.To, e.Err)
}

// Unwrap returns Err.
func (e *RuntimeError) Unwrap() error { return e.Err }

func toPID(p pid.PID) pid.Address { return pid.Address{PID: p} }

// The errors of the runtime, and of the modules below it, keep their identity in messages:
// see [term.RegisterError].
func init() {
	for code, err := range map[string]error{
		"runtime.no_proc":            ErrNoProc,
		"runtime.no_connection":      ErrNoConnection,
		"runtime.name_not_found":     ErrNameNotFound,
		"runtime.name_taken":         ErrNameTaken,
		"runtime.already_named":      ErrAlreadyNamed,
		"runtime.mailbox_full":       ErrMailboxFull,
		"runtime.timeout":            ErrTimeout,
		"runtime.empty":              ErrEmpty,
		"runtime.concurrent_receive": ErrConcurrentReceive,
		"runtime.terminated":         ErrTerminated,
		"runtime.stopped":            ErrStopped,
		"runtime.nil_body":           ErrNilBody,
		"runtime.not_in_process":     ErrNotInProcess,
		"runtime.call_self":          ErrCallSelf,
		"runtime.not_call":           ErrNotCall,
		"runtime.call_over":          ErrCallOver,
		"runtime.reply_type":         ErrReplyType,
		"runtime.not_named":          ErrNotNamed,
		"runtime.propagator_set":     ErrPropagatorSet,
		"runtime.many_goroutines":    ErrManyGoroutines,
		"registry.stale_pid":         registry.ErrStalePID,
		"registry.no_remote_hook":    registry.ErrNoRemoteHook,
		"registry.hook_set":          registry.ErrHookSet,
		"registry.registered":        registry.ErrRegistered,
		"registry.not_local":         registry.ErrNotLocal,
		"registry.name_not_owned":    registry.ErrNameNotOwned,
		"registry.bad_name":          registry.ErrBadName,
		"registry.busy":              registry.ErrBusy,
		"mailbox.closed":             mailbox.ErrClosed,
		"mailbox.interrupted":        mailbox.ErrInterrupted,
		"mailbox.stopped":            mailbox.ErrStopped,
		"pid.syntax":                 pid.ErrSyntax,
	} {
		term.MustRegisterError(code, err)
	}
}
