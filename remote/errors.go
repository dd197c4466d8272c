package remote

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

// The errors by which callers branch, with errors.Is.
var (
	// ErrNoConnection tells that the node cannot be reached now. Trying again may
	// help. All errors of a failed connection are this one too.
	ErrNoConnection = registry.ErrNoConnection
	// ErrBusy tells that the connection's queue is full, see [Refuse]. Trying again
	// helps once the peer has taken something.
	ErrBusy = dist.ErrBusy
	// ErrClosed tells that this node has been closed. It is an ErrNoConnection.
	ErrClosed error = &detail{"this node is closed", ErrNoConnection}
	// ErrBackoff tells that the node could not be reached a moment ago and is
	// not tried again yet. It is an ErrNoConnection.
	ErrBackoff error = &detail{"not tried again yet", ErrNoConnection}
	// ErrLost tells that the connection was lost, or is being closed. It is an
	// ErrNoConnection.
	ErrLost = dist.ErrLost
	// ErrTooManyConns tells that the node has Config.MaxConns connections. It is an
	// ErrNoConnection.
	ErrTooManyConns error = &detail{"too many connections", ErrNoConnection}
	// ErrCookie tells that the other node does not have the same cookie.
	ErrCookie = errors.New("the nodes do not have the same cookie")
	// ErrCertificate tells that a node's certificate is not that of its name, see
	// [Config].VerifyName.
	ErrCertificate = errors.New("the certificate is not that of the name")
	// ErrNameInUse tells that another node with this node's name is connected.
	ErrNameInUse = errors.New("another node with this name is connected")
	// ErrSelf tells that a node was to connect to itself, or to another one with
	// its own name.
	ErrSelf = errors.New("the node has this node's own name")
	// ErrNotSpawnable tells that the target has no function of that name that may
	// be spawned from elsewhere. See [Node.RegisterFunc].
	ErrNotSpawnable = errors.New("no such function may be spawned")
	// ErrForged tells that a signal was to be sent in the name of a process of
	// another node.
	ErrForged = dist.ErrForged
	// ErrStarted tells that the runtime is connected to others already.
	ErrStarted = errors.New("remote: the runtime has a node already")
)

// detail is a sentinel that is also another, more general one.
type detail struct {
	text string
	base error
}

func (e *detail) Error() string { return e.base.Error() + ": " + e.text }
func (e *detail) Unwrap() error { return e.base }

// ConnectError says why a node could not be connected to. It is an
// [ErrNoConnection].
type ConnectError struct {
	Node  string        // the node's name
	Addr  string        // its address, as far as that is known
	Retry time.Duration // when it is tried again at the earliest, from now
	Err   error
}

// Error implements error.
func (e *ConnectError) Error() string {
	at := ""
	if e.Addr != "" {
		at = " at " + e.Addr
	}
	return fmt.Sprintf("connect to %s%s: %v", e.Node, at, e.Err)
}

// Unwrap returns ErrNoConnection and Err.
func (e *ConnectError) Unwrap() []error { return []error{ErrNoConnection, e.Err} }

// RefusedError says why the other node did not take the connection.
type RefusedError struct {
	Code RefusalCode
	Text string // in the other node's words
}

// Error implements error.
func (e *RefusedError) Error() string { return fmt.Sprintf("refused: %s", e.Text) }

// Is reports whether target is the sentinel for e's code.
func (e *RefusedError) Is(target error) bool {
	switch e.Code {
	case RefusedCookie:
		return target == ErrCookie
	case RefusedCertificate:
		return target == ErrCertificate
	case RefusedName:
		return target == ErrNameInUse
	case RefusedSelf:
		return target == ErrSelf
	}
	return false
}

// RefusalCode is why a node refuses a connection.
type RefusalCode uint64

// The codes of refusals, see PROTOCOL.md.
const (
	RefusedVersion      RefusalCode = 1
	RefusedCookie       RefusalCode = 2
	RefusedSelf         RefusalCode = 3
	RefusedName         RefusalCode = 4
	RefusedConnected    RefusalCode = 5
	RefusedSimultaneous RefusalCode = 6
	RefusedClosing      RefusalCode = 7
	RefusedMalformed    RefusalCode = 8
	RefusedFull         RefusalCode = 9
	RefusedCertificate  RefusalCode = 10
)

var refusalTexts = map[RefusalCode]string{
	RefusedVersion:      "no common version of the protocol",
	RefusedCookie:       "wrong cookie",
	RefusedSelf:         "you have my own name",
	RefusedName:         "another node with your name is connected",
	RefusedConnected:    "you are connected already",
	RefusedSimultaneous: "I am just connecting to you",
	RefusedClosing:      "I am closing",
	RefusedMalformed:    "malformed frame",
	RefusedFull:         "I have too many connections",
	RefusedCertificate:  "your certificate is not that of your name",
}

// refuse returns the error that makes the acceptor send a refusal.
func refuse(code RefusalCode) *RefusedError { return &RefusedError{code, refusalTexts[code]} }

// isMismatch reports whether err tells of two nodes that should be of one network and are
// not: somebody has to do something about it.
func isMismatch(err error) bool {
	var cert *tls.CertificateVerificationError
	var alert tls.AlertError
	return errors.Is(err, ErrCookie) || errors.Is(err, ErrCertificate) || errors.Is(err, ErrNameInUse) ||
		errors.As(err, &cert) || errors.As(err, &alert)
}

// Their identity goes along in messages: see [term.RegisterError].
func init() {
	for code, err := range map[string]error{
		"remote.closed":         ErrClosed,
		"remote.backoff":        ErrBackoff,
		"remote.too_many_conns": ErrTooManyConns,
		"remote.cookie":         ErrCookie,
		"remote.certificate":    ErrCertificate,
		"remote.name_in_use":    ErrNameInUse,
		"remote.self":           ErrSelf,
		"remote.not_spawnable":  ErrNotSpawnable,
		"remote.started":        ErrStarted,
	} {
		term.MustRegisterError(code, err)
	}
}
