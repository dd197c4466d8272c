package signal

import (
	"strconv"

	"github.com/starlang-go/starlang/pid"
)

// Kind says what an [Envelope] carries. The numbers are stable: they are the
// kinds of signal on the wire.
type Kind uint8

// The kinds of signal.
const (
	// Message is a value of the program, in Envelope.Value.
	Message Kind = iota + 1
	// Raw is a value of the program that is a []byte and handed over uncopied.
	Raw
	// Call is a request whose reply goes to Envelope.ReplyTo of From. If Ref is not
	// zero it asks in the same step for what a Monitor under Ref asks for.
	Call
	// Reply is the answer to the call Envelope.ReplyTo of the receiver.
	Reply
	// ExitSignal is sent by Exit: reason Kill cannot be trapped.
	ExitSignal
	// LinkExit is sent along a link by a process that ended.
	LinkExit
	// Link sets up the receiver's side of a link to From.
	Link
	// Unlink takes the receiver's side of a link to From away.
	Unlink
	// Monitor asks for one DownSignal to From under Ref when the receiver ends.
	Monitor
	// Demonitor takes the monitor Ref of From away.
	Demonitor
	// DownSignal ends the monitor Ref of the receiver.
	DownSignal
	// UnlinkAck tells between two nodes that an Unlink has arrived: what is said
	// about the link from then on is about a younger one.
	UnlinkAck
	kindEnd // one past the last kind
)

// Valid reports whether k is one of the kinds above.
func (k Kind) Valid() bool { return k >= Message && k < kindEnd }

var kindNames = [kindEnd]string{
	Message:    "message",
	Raw:        "raw",
	Call:       "call",
	Reply:      "reply",
	ExitSignal: "exit",
	LinkExit:   "link-exit",
	Link:       "link",
	Unlink:     "unlink",
	Monitor:    "monitor",
	Demonitor:  "demonitor",
	DownSignal: "down",
	UnlinkAck:  "unlink-ack",
}

// String returns the name of k for people, and its number if it is not valid.
func (k Kind) String() string {
	if !k.Valid() {
		return "kind " + strconv.Itoa(int(k))
	}
	return kindNames[k]
}

// Envelope carries one signal of any kind. What a signal is follows from Kind
// alone, never from the bytes or the type of its payload.
//
// Which fields count: From always, but zero for a message that no process sent;
// Ref for Call, Monitor, Demonitor and DownSignal; ReplyTo for Call and Reply; Reason
// for ExitSignal, LinkExit and DownSignal; Value for Message, Raw, Call and Reply.
type Envelope struct {
	Kind    Kind
	From    pid.PID
	Ref     pid.Ref
	ReplyTo ReplyTo
	Reason  ExitReason
	Value   any
}

// Answer returns what the sender of env gets if env cannot reach the process at to, or
// is refused there: an end, with the given reason, of what it was to begin. It reports
// false if the sender gets nothing: late is as good as done for what ends something,
// and a message may be lost.
func Answer(to pid.Address, env Envelope, reason ExitReason) (back Envelope, ok bool) {
	back = Envelope{From: to.PID, Ref: env.Ref, Reason: reason}
	switch env.Kind {
	case Link:
		back.Kind = LinkExit
	case Monitor, Call:
		back.Kind = DownSignal
		ok = !env.Ref.IsZero()
		return back, ok
	default:
		return Envelope{}, false
	}
	return back, true
}
