package registry

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// The errors by which callers branch, with errors.Is.
var (
	// ErrNoProc tells that the process has ended or never was. It is the exit
	// reason [signal.NoProc]. Trying again does not help.
	ErrNoProc error = signal.NoProc
	// ErrNoConnection tells that the process's node cannot be reached now. It
	// is the exit reason [signal.NoConnection]. Trying again may help.
	ErrNoConnection error = signal.NoConnection
	// ErrStalePID tells that the PID is one of another start of this node, so
	// its process is gone, or of another node without a name, which cannot be
	// reached. It is also an ErrNoProc.
	ErrStalePID error = &detailError{"PID of another start of this node, or of another node without a name", ErrNoProc}
	// ErrNoRemoteHook tells that the address is on another node, and that this
	// node is not connected to others: no [RemoteSendHook] is set. It is also
	// an ErrNoConnection.
	ErrNoRemoteHook error = &detailError{"no remote send hook is set", ErrNoConnection}
	// ErrBusy tells that there is no room for a message on its way to another node. Trying
	// again helps once there is. A [RemoteSendHook] returns it.
	ErrBusy = errors.New("connection is busy")
	// ErrHookSet tells that the registry has a [RemoteSendHook] already.
	ErrHookSet = errors.New("registry: a remote send hook is already set")
	// ErrRegistered tells that the PID is already in the table.
	ErrRegistered = errors.New("registry: PID is already registered")
	// ErrNotLocal tells that a PID of another node, or of another start of this
	// one, was given where only this node's own will do.
	ErrNotLocal = errors.New("registry: PID is not one of this node")
	// ErrNameNotFound tells that no process here has the name. It is also an
	// ErrNoProc.
	ErrNameNotFound error = &detailError{"name is not registered", ErrNoProc}
	// ErrNameTaken tells that another process has the name.
	ErrNameTaken = errors.New("name is taken")
	// ErrAlreadyNamed tells that the process has a name already; it can have
	// one. Source: OTP, erlang:register/2.
	ErrAlreadyNamed = errors.New("process already has a registered name")
	// ErrNameNotOwned tells that the name belongs to another process.
	ErrNameNotOwned = errors.New("name belongs to another process")
	// ErrBadName tells that a name is empty, longer than [MaxNameChars] or not
	// valid UTF-8.
	ErrBadName = fmt.Errorf("name must be 1 to %d characters of UTF-8", MaxNameChars)
)

// detailError is a sentinel that is also another, more general one.
type detailError struct {
	text string
	base error
}

func (e *detailError) Error() string { return e.base.Error() + ": " + e.text }
func (e *detailError) Unwrap() error { return e.base }

// SendError says to whom a signal could not be sent, and why.
type SendError struct {
	To  pid.Address
	Err error // one of the sentinels of this package or the hook's error
}

// Error implements error.
func (e *SendError) Error() string { return fmt.Sprintf("send to %s: %v", e.To, e.Err) }

// Unwrap returns Err.
func (e *SendError) Unwrap() error { return e.Err }

// NameError says what could not be done with a registered name, and why.
type NameError struct {
	Op    string  // "register" or "unregister"
	Name  string  // the name
	Owner pid.PID // who has it, if that is the reason; else zero
	Err   error   // one of the sentinels of this package or the handle's error
}

// Error implements error.
func (e *NameError) Error() string {
	if e.Owner.IsZero() {
		return fmt.Sprintf("%s name %q: %v", e.Op, e.Name, e.Err)
	}
	return fmt.Sprintf("%s name %q: %v by %s", e.Op, e.Name, e.Err, e.Owner)
}

// Unwrap returns Err.
func (e *NameError) Unwrap() error { return e.Err }
