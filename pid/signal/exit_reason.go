package signal

import (
	"strings"
	"unicode/utf8"

	"github.com/starlang-go/starlang/term"
)

// ExitReason says why a process ended. It is comparable with ==, an error, and
// immutable. The zero value is [Normal].
//
// As an error it is found in a chain like a sentinel, since two reasons are equal
// with ==: errors.Is(err, signal.Killed). For a reason of any kind, with its text,
// there is [errors.As].
//
// Two questions are kept apart: a link ignores only [ExitReason.IsNormal]; a
// crash report and a transient child's restart ask [ExitReason.IsFailure].
type ExitReason struct {
	code reasonCode
	text string // of codeShutdownText and codeError; of a foreign reason see packForeign
}

// reasonCode is the kind of a reason, by its number on the wire: none is ever
// given a new meaning.
type reasonCode uint8

const (
	codeNormal       reasonCode = 0
	codeShutdown     reasonCode = 1
	codeKill         reasonCode = 2
	codeKilled       reasonCode = 3
	codeNoProc       reasonCode = 4
	codeNoConnection reasonCode = 5
	codeError        reasonCode = 6
	codeShutdownText reasonCode = 7
	codeForeign      reasonCode = 8
	codeShutdownTerm reasonCode = 9
)

// MaxReasonTextBytes is the length of the longest text of a reason, 64 KiB. It
// is checked where reasons are made, so that all can be sent to other nodes and
// arrive as they were. The text is for people; bulk data belongs in messages.
const MaxReasonTextBytes = 64 << 10

// The reasons that have a meaning of their own.
var (
	// Normal is the reason of a process whose body returned nil. Links ignore it.
	Normal = ExitReason{code: codeNormal}
	// Shutdown is an orderly stop asked for by a supervisor. It spreads along
	// links like any other reason but is no failure.
	Shutdown = ExitReason{code: codeShutdown}
	// Kill, sent as an exit signal, ends the receiver at once and cannot be
	// trapped; others then see [Killed]. By a link it is an ordinary reason.
	Kill = ExitReason{code: codeKill}
	// Killed is the reason of a process that was sent [Kill].
	Killed = ExitReason{code: codeKilled}
	// NoProc stands for a process that did not exist when it was linked,
	// monitored or called.
	NoProc = ExitReason{code: codeNoProc}
	// NoConnection stands for a process whose node cannot be reached. The
	// process itself may be alive.
	NoConnection = ExitReason{code: codeNoConnection}
)

// ShutdownReason returns the reason "shutdown: text": an orderly stop with an
// explanation. It is no failure. The text is kept as by [Error].
func ShutdownReason(text string) ExitReason {
	return ExitReason{codeShutdownText, presentable(text)}
}

// Error returns the reason "error: text", that of a process which failed.
// A text longer than [MaxReasonTextBytes] is cut and ends with "…", and bytes
// that are not valid UTF-8 become U+FFFD.
func Error(text string) ExitReason { return ExitReason{codeError, presentable(text)} }

// presentable returns text as every wire form can carry it.
func presentable(text string) string {
	const mark = "…"
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= MaxReasonTextBytes {
		return text
	}
	end := MaxReasonTextBytes - len(mark)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + mark
}

// ReasonOf returns the reason of a process whose body returned err: nil is
// [Normal], an ExitReason is that reason, any other error is [Error] of its text.
//
// Only err itself counts, not what it wraps. An error like "ask the bank: killed"
// tells what became of another process: taken for a reason of its own, it would
// say that this process was killed, and a wrapped [Normal] would hide a failure
// from every link. Erlang draws the same line: {killed, {gen_server, call, …}} is
// not killed. A body that stops in good order and wants to say more returns
// [ShutdownReason].
func ReasonOf(err error) ExitReason {
	switch err := err.(type) {
	case nil:
		return Normal
	case ExitReason:
		return err
	default:
		return Error(term.ErrorText(err))
	}
}

// IsNormal reports whether r is [Normal], the one reason that links ignore.
func (r ExitReason) IsNormal() bool { return r.code == codeNormal }

// IsShutdown reports whether r is [Shutdown] or made by [ShutdownReason] or
// [ForeignShutdown].
func (r ExitReason) IsShutdown() bool {
	return r.code == codeShutdown || r.code == codeShutdownText || r.code == codeShutdownTerm
}

// IsFailure reports whether r is neither normal nor a shutdown: the reasons that
// a crash report tells and for which a transient child is restarted.
// Source: OTP supervisor, "Restart type transient".
func (r ExitReason) IsFailure() bool { return !r.IsNormal() && !r.IsShutdown() }

// IsError reports whether r was made by [Error].
func (r ExitReason) IsError() bool { return r.code == codeError }

// Text returns the text given to [Error], [ShutdownReason], [Foreign] or
// [ForeignShutdown], "" for all others.
func (r ExitReason) Text() string {
	text, _ := r.unpack()
	return text
}

// ImmutableTerm marks an ExitReason as free to share between processes.
func (ExitReason) ImmutableTerm() {}
