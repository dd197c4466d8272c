package wire

import (
	"strconv"

	"github.com/starlang-go/starlang/pid/signal"
)

// Kind says what a frame is.
type Kind uint8

// The kinds of frame. PROTOCOL.md says what each means and has.
const (
	Hello     Kind = 1
	Challenge Kind = 2
	Proof     Kind = 3
	Welcome   Kind = 4
	Refusal   Kind = 5

	signals Kind = 16 // plus a signal.Kind is the kind of that signal's frame

	Message   = signals + Kind(signal.Message)
	Raw       = signals + Kind(signal.Raw)
	Call      = signals + Kind(signal.Call)
	Reply     = signals + Kind(signal.Reply)
	Exit      = signals + Kind(signal.ExitSignal)
	LinkExit  = signals + Kind(signal.LinkExit)
	Link      = signals + Kind(signal.Link)
	Unlink    = signals + Kind(signal.Unlink)
	Monitor   = signals + Kind(signal.Monitor)
	Demonitor = signals + Kind(signal.Demonitor)
	Down      = signals + Kind(signal.DownSignal)
	UnlinkAck = Down + 1

	Ping          Kind = 32
	Pong          Kind = 33
	Fragment      Kind = 34
	FragmentAbort Kind = 35
	Goodbye       Kind = 36

	Whereis     Kind = 48
	Spawn       Kind = 49
	ProcessInfo Kind = 50
	NodeInfo    Kind = 51
	Release     Kind = 52
	Answer      Kind = 56
	Failure     Kind = 57

	Idle Kind = 64

	firstOptional Kind = 64 // from here on a receiver may skip what it does not know
	lastKind      Kind = 127
)

// KindOf returns the kind of frame that carries a signal.
func KindOf(k signal.Kind) Kind { return signals + Kind(k) }

// Signal returns the kind of signal that a frame carries, if it carries one.
func (k Kind) Signal() (signal.Kind, bool) {
	s := signal.Kind(k - signals)
	return s, k > signals && s.Valid()
}

var kindNames = map[Kind]string{
	Hello: "hello", Challenge: "challenge", Proof: "proof", Welcome: "welcome", Refusal: "refusal",
	Message: "message", Raw: "raw", Call: "call", Reply: "reply", Exit: "exit", LinkExit: "link-exit",
	Link: "link", Unlink: "unlink", Monitor: "monitor", Demonitor: "demonitor", Down: "down",
	UnlinkAck: "unlink-ack", Ping: "ping", Pong: "pong", Fragment: "fragment",
	FragmentAbort: "fragment-abort", Goodbye: "goodbye", Whereis: "whereis", Spawn: "spawn",
	ProcessInfo: "process-info", NodeInfo: "node-info", Release: "release", Answer: "answer",
	Failure: "failure", Idle: "idle",
}

// String returns the name that PROTOCOL.md gives the kind.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return "kind " + strconv.Itoa(int(k))
}
