// Package inlet is the door of a runtime for the packages of its module that extend it:
// dist brings signals of other nodes in, others keep something with the runtime. It is
// not for programs, which have the methods of Runtime itself.
package inlet

import (
	"log/slog"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// Of returns the door of a *runtime.Runtime. Package runtime sets it as it is
// initialized.
var Of func(rt any) Runtime

// Runtime is a runtime seen through the door. The PIDs named to are of its processes;
// for one that is gone the error is [registry.ErrNoProc]. Nothing here waits, and
// nothing runs code of the program in the caller's goroutine, but for the functions
// that are returned.
type Runtime interface {
	// Attach keeps v under key and returns what is kept: v, or what was there before.
	// Keys are of a type of the package's own, as with context.WithValue.
	Attach(key, v any) (kept any, wasThere bool)
	// Attached returns what is kept under key, nil if nothing is.
	Attached(key any) any
	// Logger returns where the runtime's reports go.
	Logger() *slog.Logger
	// LogLevel returns the level of the Logger, nil if it may not be set.
	LogLevel() *slog.LevelVar
	// ProfileLabels reports whether the goroutines of processes have profile labels.
	ProfileLabels() bool
	// Peek returns the values of the oldest messages in a mailbox, at most n, and how
	// many messages there are. The values are the process's: whoever looks at them
	// neither changes nor keeps them. whole is false if the process is looking through
	// its mail: of that some is left out.
	Peek(p pid.PID, n int) (values []any, queued int, whole bool, err error)

	// Offer queues a message, raw or call. It reports false if there is no room for
	// it, and has done nothing then.
	Offer(to pid.PID, env signal.Envelope) (queued bool, err error)
	// OfferAll queues messages with these values together, and reports false if it
	// has done nothing because some of them may find no room, or the process is gone.
	OfferAll(to pid.PID, values []any) bool
	// Leave does what the policy of a full mailbox says with a message, raw or call.
	// If something of it goes on taking memory, it reports that settled will be called
	// once when that is over: in any goroutine, with locks held, so that it must not
	// call anything of here. waiting is the message if it waits for room.
	Leave(to pid.PID, env signal.Envelope, settled func()) (waiting Waiting, later bool, err error)
	// Deliver acts on a signal of any other kind but a link exit.
	Deliver(to pid.PID, env signal.Envelope) error
	// Registered returns who has a registered name.
	Registered(name string) (pid.PID, bool)
	// Lost counts a message or raw of this node's that will not get to where it was sent,
	// and tells of it, since its sender is not: it has been told that the message is on
	// its way.
	Lost(to pid.Address, env signal.Envelope, why error)
	// FailCall ends the call that waits for the reply to r with a reason.
	FailCall(to pid.PID, r signal.ReplyTo, reason signal.ExitReason)
	// SetLink sets to's side of a link with away, a process of another node, or takes it
	// away. It reports whether to is running; if not, nothing is set.
	SetLink(to, away pid.PID, linked bool) (running bool)
	// LinkExit ends to's side of a link with away, if it has one, as by an exit signal.
	// It returns what follows from that, nil for nothing, which the caller calls once it
	// has no lock.
	LinkExit(to, away pid.PID, reason signal.ExitReason) (consequences func())
}

// Waiting is a message that waits for room in a mailbox.
type Waiting interface {
	// Admit lets it in beyond the bound, if it still waits.
	Admit()
}
