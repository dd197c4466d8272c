package genserver

import "github.com/starlang-go/starlang/pid/signal"

// A server is any Go value with one or more of the methods below. The methods run
// one at a time in the server's own process, so the value needs no locks; from its
// start on nobody else may use it.
//
// Where a method returns an error that is not nil, other than [CallHandler]'s, the
// server stops with it, as a process does whose body returns an error: a
// [signal.ExitReason] is the reason, of any other error the text. Only
// [ErrUnhandled] does not stop it: it is reported to the runtime's logger.

// Initializer prepares a server.
type Initializer interface {
	// Init runs in the new process, before the start returns. Its error is
	// that of the start; after [ErrIgnore] the process ends quietly.
	Init(ctx *Context) error
}

// CallHandler answers calls.
type CallHandler interface {
	// HandleCall returns the reply to req, or [NoReply] if from is to be
	// replied to later. An error is the caller's, see [ReplyError], and the
	// server lives on: return [ErrUnhandled] for requests that it does not
	// know. [Context.Stop] stops the server.
	HandleCall(ctx *Context, from From, req any) (reply any, err error)
}

// CastHandler handles what was sent with [Cast].
type CastHandler interface {
	HandleCast(ctx *Context, msg any) error
}

// InfoHandler handles all other messages: those sent with Send, the bytes of
// SendRaw as a []byte, and signal.Exit, signal.Down and signal.Timeout.
type InfoHandler interface {
	HandleInfo(ctx *Context, msg any) error
}

// ContinueHandler does what [Context.Continue] asked for.
type ContinueHandler interface {
	HandleContinue(ctx *Context, v any) error
}

// TimeoutHandler is told that the time of [Context.SetTimeout] is over.
type TimeoutHandler interface {
	HandleTimeout(ctx *Context) error
}

// Terminator cleans up.
type Terminator interface {
	// Terminate runs when the server stops: because it, or [Stop], asked for
	// it, because a method returned an error or panicked, or because it traps
	// exits and its parent or the program sent one. An exit signal that it
	// does not trap, and kill, end a server without Terminate. What must be given
	// back then too, such as a file, is given back by a function that Init leaves
	// with context.AfterFunc(ctx, …): the context ends with the server.
	// Source: OTP, gen_server:terminate/2.
	Terminate(ctx *Context, reason signal.ExitReason)
}

// StateFormatter chooses what [GetState] shows, to leave secrets out.
type StateFormatter interface {
	// FormatState runs in a goroutine of its own while the server waits. It is called on a
	// copy of the server's value if one can be made that shares nothing with it: of what
	// Go itself copies and channels, or of what can be sent and is small. Then the server
	// waits for at most two seconds, goes on, and does not call it again until it has
	// returned. Otherwise it is called on the value itself, and the server, which must not
	// change what it reads, waits until it has returned or the process has ended. Whoever
	// looks is told after two seconds in any case. Where it may take long, or block,
	// implement [StateSnapshotter]. Of a server that crashes it shows what Terminate has
	// left. Source: OTP, gen_server:format_status/1, which comes after terminate/2 too.
	FormatState() any
}

// StateSnapshotter is for servers whose FormatState may take long: it then looks at a copy
// that the program makes, and never holds the server up for more than two seconds.
type StateSnapshotter interface {
	// SnapshotState returns what is asked for FormatState in the server's place, with
	// copies of what the server goes on to change. The server waits for it, however
	// long it takes. A panic is the error of whoever looks, and nil has the types shown.
	SnapshotState() StateFormatter
}

// MessageFormatter chooses what [Trace] keeps of a message, to leave secrets out.
type MessageFormatter interface {
	// FormatMessage runs as FormatState does, with a copy of the message.
	FormatMessage(msg any) any
}

// StateReplacer is for servers that keep their state elsewhere than in the server's
// value: [ReplaceState] then does not replace that, but calls this method.
type StateReplacer interface {
	// ReplaceState gives the state to replace and goes on with what that
	// returns, a value of the same type, unless it returns an error.
	ReplaceState(replace func(state any) (any, error)) error
}
