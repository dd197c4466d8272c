package signal

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

// System is a message that only the runtime makes: [Exit], [Down] or [Timeout].
// A send of one of these as a program's own message is refused, so whoever
// receives one knows that it is true.
type System interface {
	system()
}

// Exit is the exit signal that a process which traps exits gets as a message.
// Source: OTP reference manual, "Processes", Receiving Exit Signals.
type Exit struct {
	From   pid.PID    // who ended, or who sent the signal
	Reason ExitReason // why
}

// Down tells that a monitored process has ended or cannot be reached.
// Source: OTP reference manual, "Processes", Monitors.
type Down struct {
	Ref    pid.Ref    // what Monitor returned
	PID    pid.PID    // the process; zero for a monitor by name
	Name   pid.Name   // the name and node of a monitor by name
	Reason ExitReason // why it ended, NoProc or NoConnection
}

// Timeout tells that a timer started with StartTimer has run out.
type Timeout struct {
	Ref pid.Ref // what StartTimer returned
}

// String says who ended, or who has sent the signal, and why.
func (e Exit) String() string {
	if e.From.IsZero() {
		return "exit: " + e.Reason.String()
	}
	return "exit of " + e.From.String() + ": " + e.Reason.String()
}

// String says who is gone, and why.
func (d Down) String() string {
	return "down of " + (pid.Address{PID: d.PID, Name: d.Name}).String() + ": " + d.Reason.String()
}

// String says which timer has run out.
func (t Timeout) String() string { return "timeout of " + t.Ref.String() }

func (Exit) system()    {}
func (Down) system()    {}
func (Timeout) system() {}

var (
	_ System = Exit{}
	_ System = Down{}
	_ System = Timeout{}
)

// The three travel inside of messages under these names, by their fields.
func init() {
	err := errors.Join(
		term.Register[Exit]("signal.Exit"),
		term.Register[Down]("signal.Down"),
		term.Register[Timeout]("signal.Timeout"),
	)
	if err != nil {
		panic(fmt.Sprintf("signal: register the system messages: %v", err))
	}
	const why = "only the runtime makes it; put it into a field of a message of your own"
	term.RefuseMessage[Exit](why)
	term.RefuseMessage[Down](why)
	term.RefuseMessage[Timeout](why)
}
