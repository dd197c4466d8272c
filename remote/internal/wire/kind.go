package wire

import (
	"strconv"

	"github.com/starlang-go/starlang/pid/signal"
)

// Kind says what a frame is that carries no signal.
type Kind uint8

// The kinds of frame. PROTOCOL.md says what each means and has.
const (
	Hello     Kind = 1
	Challenge Kind = 2
	Proof     Kind = 3
	Welcome   Kind = 4
	Refusal   Kind = 5

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

var kindNames = map[Kind]string{
	Hello: "hello", Challenge: "challenge", Proof: "proof", Welcome: "welcome", Refusal: "refusal",
	Ping: "ping", Pong: "pong", Fragment: "fragment",
	FragmentAbort: "fragment-abort", Goodbye: "goodbye", Whereis: "whereis", Spawn: "spawn",
	ProcessInfo: "process-info", NodeInfo: "node-info", Release: "release", Answer: "answer",
	Failure: "failure", Idle: "idle",
}

// String returns the name that PROTOCOL.md gives the kind.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	if s, ok := signal.KindOnWire(uint64(k)); ok {
		return s.String()
	}
	return "kind " + strconv.Itoa(int(k))
}

// Codes of failures.
const (
	FailureNotSpawnable = 1
	FailureArgument     = 2
	FailureStopped      = 3
	FailureOther        = 4
	FailureBusy         = 5
)
