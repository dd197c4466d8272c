package statem

import (
	"strings"

	"github.com/starlang-go/starlang/runtime/genserver"
)

// Kind says where an [Event] comes from.
type Kind uint8

// The kinds of events.
const (
	// Internal is an event that the machine inserted itself, with
	// [Context.Insert].
	Internal Kind = iota
	// Call is a request that waits for a reply.
	Call
	// Cast is what was sent with genserver.Cast.
	Cast
	// Info is any other message, see genserver.InfoHandler.
	Info
	// Timeout is the end of the time of Event.Timer.
	Timeout
)

// String returns the kind's name.
func (k Kind) String() string {
	return [...]string{"internal event", "call", "cast", "info", "timeout"}[min(k, Timeout)]
}

// Event is what a state handles.
type Event struct {
	Kind    Kind
	Content any            // the request, the message, what the timeout was set with
	From    genserver.From // of a Call: for Context.Reply
	Timer   Timer          // of a Timeout: which one; "" of all others

	ctx *genserver.Context // what it came with; nil: nothing
}

// Timer names one of a machine's timeouts. Besides the two that follow there may
// be any number, each with a name of the program's own: OTP's generic timeouts. An
// empty name, and the texts of those two, are refused: they are mistakes.
type Timer string

const (
	// StateTimer is cancelled when the state changes.
	StateTimer Timer = "\x00" + stateTimerText
	// EventTimer is cancelled by any event.
	EventTimer Timer = "\x00" + eventTimerText

	stateTimerText = "state timeout"
	eventTimerText = "event timeout"
)

// String returns the timer's name, "state timeout" and "event timeout" of those two.
func (t Timer) String() string { return strings.TrimPrefix(string(t), "\x00") }

// valid reports whether t is one of those two or may be the name of another one.
func (t Timer) valid() bool {
	switch t {
	case StateTimer, EventTimer:
		return true
	case "", stateTimerText, eventTimerText:
		return false
	}
	return true
}
