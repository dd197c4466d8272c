package dist

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// Carrier moves signals to one start of another node, in order. It is called by many
// goroutines.
type Carrier interface {
	// Send queues a message, raw, call or reply. It may wait for room until ctx ends, if
	// registry.MayWait says so and it is no reply. ctx is the sender's: once it has
	// ended nothing may go out any more, so ctx.Err is asked in the critical section
	// that fixes the order. It must not keep env.Value after it has returned; a Value
	// that is [Encoded] is a message that was encoded before.
	//
	// A call with a Ref monitors its receiver, too: in the same frame if the protocol
	// has one for that, else in one before.
	Send(ctx context.Context, to pid.Address, env signal.Envelope) error
	// Signal queues a signal of any other kind, and never waits. It is called with locks
	// of this package held, and must not call it.
	Signal(ctx context.Context, s Signal) error
	// Close ends the connection because of cause. It does not wait; Down follows.
	Close(cause error)
}

// Encoded is a message in the form of term.AppendMessage.
type Encoded []byte

// Dialler makes the connections that signals ask for. Which carrier a node is reached
// with is its choice.
type Dialler interface {
	// Dial begins to connect to a node, if it has not begun already, and returns
	// without waiting. If it returns nil, [Port.Up] or [Port.Failed] follows, from
	// another goroutine or later. An error says that there will be no connection.
	Dial(node string) error
}

// Signal is a signal between two nodes.
type Signal struct {
	signal.Envelope
	// To is who gets it.
	To pid.Address
	// Name is, in a down, the registered name under which the monitor was asked for:
	// some protocols show it in the place of the sender. From is the sender, if known.
	Name string
	// Number is the number of an unlink, and of the acknowledgement of one, for
	// protocols that have it there.
	Number uint64
	// Size is how long the value is, encoded: it counts while the message waits.
	Size int
	// Decode, if set, returns the value, which is yet to be decoded. It is called in
	// another goroutine, since that may take long, or run code of the program: see
	// Config.DecodeTimeout.
	Decode func() (any, error)
}

// Features is what a connection's handshake has agreed on.
type Features struct {
	// Flags has a meaning for the carrier only.
	Flags uint64
	// Hidden tells that the peer is connected as a tool is: it is no member of the
	// network, and not to be shown as one.
	Hidden bool
}
