package genserver

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/runtime"
)

// The errors by which callers branch, with errors.Is.
var (
	// ErrUnhandled is returned by a server's methods for what they do not
	// know. It is the caller's error, also if the server has no such method.
	ErrUnhandled = errors.New("request is not handled")
	// ErrReplyType tells that the reply is of another type than the caller
	// asked for.
	ErrReplyType = runtime.ErrReplyType
	// ErrBadReply tells that the server's reply is a value that cannot be sent.
	ErrBadReply = errors.New("reply cannot be sent")
	// ErrIgnore is returned by Init if the server is not to start, and by the
	// start then. It is no failure. Source: OTP, gen_server:init/1, ignore.
	ErrIgnore = errors.New("server chose not to start")
	// ErrNoServer tells that a value has none of a server's methods.
	ErrNoServer = errors.New("no method of a server")
	// ErrSignature tells that a server has a method with the name of one of a server's,
	// and with another signature: it would never be called.
	ErrSignature = errors.New("method has another signature than a server's")
	// ErrHandlers tells that a server cannot start with its typed handlers, see [Handle].
	ErrHandlers = errors.New("handlers do not fit")
	// ErrStateType tells that the server's state is of another type than that
	// of the function given to [ReplaceState].
	ErrStateType = errors.New("state has another type")
	// ErrNotLocal tells that something works within a node only.
	ErrNotLocal = errors.New("server is on another node")
	// ErrPropagatorSet tells that the runtime has a propagator already.
	ErrPropagatorSet = runtime.ErrPropagatorSet
)

// StartError says which server could not be started, and why.
type StartError struct {
	Server string // the Go type of the server
	Name   string // the name that it was to have, if any
	// Err is what Init returned, the exit reason of a process that ended in
	// Init, the cause of the starter's context, or why there was no process.
	Err error
}

// Error implements error.
func (e *StartError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("start %s: %v", e.Server, e.Err)
	}
	return fmt.Sprintf("start %s %q: %v", e.Server, e.Name, e.Err)
}

// Unwrap returns Err.
func (e *StartError) Unwrap() error { return e.Err }
