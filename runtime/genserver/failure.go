package genserver

import (
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/system"
	"github.com/starlang-go/starlang/term"
)

// ReplyError is an error that a server replied with. It has the text of the error that
// HandleCall returned and is, for errors.Is and errors.As, whatever [term.RegisterError]
// and [term.Register] know of it: on the same node as on another one. The errors of
// this library and those of context, io and io/fs are registered.
type ReplyError struct {
	carried term.CarriedError
}

// Error returns the text of the server's error.
func (e *ReplyError) Error() string { return e.carried.Text() }

// Unwrap returns what is known of the server's error.
func (e *ReplyError) Unwrap() error { return e.carried.Err() }

// failure is the reply that stands for an error.
type failure struct {
	Error   term.CarriedError
	Control control
}

// control says that a failure is one of the loop's own and no error of the server. It
// travels beside the error: the server's may wrap another server's ErrUnhandled.
type control uint8

const (
	ofServer  control = iota
	unhandled         // ErrUnhandled
	badReply          // ErrBadReply
)

// ImmutableTerm marks a failure as free to share between processes.
func (failure) ImmutableTerm() {}

func init() {
	term.MustRegister[failure]("genserver.Failure")
	for code, err := range map[string]error{
		"genserver.unhandled":  ErrUnhandled,
		"genserver.bad_reply":  ErrBadReply,
		"genserver.ignore":     ErrIgnore,
		"genserver.no_server":  ErrNoServer,
		"genserver.signature":  ErrSignature,
		"genserver.handlers":   ErrHandlers,
		"genserver.state_type": ErrStateType,
		"genserver.not_local":  ErrNotLocal,
	} {
		MustRegisterError(code, err)
	}
}

// RegisterError is [term.RegisterError].
func RegisterError(code string, err error) error { return term.RegisterError(code, err) }

// MustRegisterError is [term.MustRegisterError].
func MustRegisterError(code string, err error) { term.MustRegisterError(code, err) }

// Failure implements system.Failure.
func (f failure) Failure() error { return &ReplyError{f.Error} }

var _ system.Failure = failure{}

// failureOf returns what stands for err, which a method has returned, on its way. Only
// ErrUnhandled as it is says that the server does not know the request.
func failureOf(err error) failure {
	f := failure{Error: term.CarryError(err)}
	if err == ErrUnhandled {
		f.Control = unhandled
	}
	return f
}

// callError returns the caller's error. Those of this package say what they are about,
// the server's own speak for themselves.
func (f failure) callError(to pid.Address, req any) error {
	switch f.Control {
	case unhandled:
		return &runtime.RuntimeError{Op: "call", To: to, Err: fmt.Errorf("%w: %s", ErrUnhandled, typeName(req))}
	case badReply:
		return &runtime.RuntimeError{Op: "call", To: to, Err: f.err()}
	}
	return f.err()
}

// typeName returns the type of a request, its wire name if no Go type is known for it.
func typeName(req any) string {
	if raw, ok := req.(term.Raw); ok && raw.Name() != "" {
		return raw.Name()
	}
	return fmt.Sprintf("%T", req)
}

func (f failure) err() *ReplyError { return &ReplyError{f.Error} }
