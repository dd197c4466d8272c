package wire

import (
	"encoding/binary"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
	"github.com/starlang-go/starlang/term/msgp"
)

// LengthBytes is how many bytes stand before a frame's body and tell its length.
const LengthBytes = 4

// MaxFrameBytes is the length of the longest body on a connection that is up.
const MaxFrameBytes = 256 << 10

// Begin appends the beginning of a frame with so many fields; they follow, and then
// End.
func Begin(dst []byte, k Kind, fields int) []byte {
	return append(dst, 0, 0, 0, 0, msgp.CodeFixArray|byte(1+fields), byte(k)) // up to 15 values
}

// End writes the length of the frame that begins at start and ends where frame
// does.
func End(frame []byte, start int) []byte {
	binary.BigEndian.PutUint32(frame[start:], uint32(len(frame)-start-LengthBytes))
	return frame
}

// To is where a signal goes at the receiving node: to a process's number or, if
// that is 0, to a registered name.
type To struct {
	ID   uint64
	Name string
}

func (t To) append(dst []byte) []byte {
	if t.ID == 0 {
		return term.AppendString(dst, t.Name)
	}
	return term.AppendUint(dst, t.ID)
}

// AppendMessage appends the frame of a message or raw up to its value, which is to
// be appended by the caller before End.
func AppendMessage(dst []byte, k Kind, from uint64, to To) []byte {
	return to.append(term.AppendUint(Begin(dst, k, 3), from))
}

// AppendRequest appends the frame of a call or reply up to its value.
func AppendRequest(dst []byte, k Kind, from uint64, to To, ref uint64) []byte {
	return term.AppendUint(to.append(term.AppendUint(Begin(dst, k, 4), from)), ref)
}

// AppendSignal appends the whole frame of a signal without a value.
func AppendSignal(dst []byte, k Kind, from uint64, to To, ref uint64, reason signal.ExitReason) []byte {
	start := len(dst)
	dst = Begin(dst, k, 2+bit(k.hasRef())+bit(k.hasReason()))
	dst = to.append(term.AppendUint(dst, from))
	if k.hasRef() {
		dst = term.AppendUint(dst, ref)
	}
	if k.hasReason() {
		dst = signal.AppendReason(dst, reason)
	}
	return End(dst, start)
}

func (k Kind) hasRef() bool {
	return k == Call || k == Reply || k == Monitor || k == Demonitor || k == Down
}

func (k Kind) hasReason() bool { return k == Exit || k == LinkExit || k == Down }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// AppendPing appends a ping or pong.
func AppendPing(dst []byte, k Kind, number uint64) []byte {
	start := len(dst)
	return End(term.AppendUint(Begin(dst, k, 1), number), start)
}

// AppendFragment appends a fragment.
func AppendFragment(dst []byte, remaining int, piece []byte) []byte {
	start := len(dst)
	dst = term.AppendUint(Begin(dst, Fragment, 2), uint64(remaining))
	return End(term.AppendBytes(dst, piece), start)
}

// FragmentOverhead is how much longer than its piece a fragment's frame can be.
const FragmentOverhead = LengthBytes + 2 + 9 + 5

// AppendBare appends a frame without fields: a fragment-abort or an idle.
func AppendBare(dst []byte, k Kind) []byte {
	start := len(dst)
	return End(Begin(dst, k, 0), start)
}

// AppendNotice appends a refusal or goodbye. The text is cut to MaxTextBytes.
func AppendNotice(dst []byte, k Kind, code uint64, text string) []byte {
	start := len(dst)
	dst = term.AppendUint(Begin(dst, k, 2), code)
	return End(term.AppendString(dst, text[:min(len(text), MaxTextBytes)]), start)
}

// MaxTextBytes is the length of the longest text in a refusal or goodbye.
const MaxTextBytes = 255

// AppendWhereis appends a whereis.
func AppendWhereis(dst []byte, req uint64, name string) []byte {
	start := len(dst)
	dst = term.AppendUint(Begin(dst, Whereis, 2), req)
	return End(term.AppendString(dst, name), start)
}

// AppendSpawn appends a spawn up to its value.
func AppendSpawn(dst []byte, req, from uint64, function string, held bool) []byte {
	dst = term.AppendUint(term.AppendUint(Begin(dst, Spawn, 5), req), from)
	return term.AppendBool(term.AppendString(dst, function), held)
}

// AppendInfo appends a process-info of the process id, or a node-info.
func AppendInfo(dst []byte, k Kind, req, id uint64) []byte {
	start := len(dst)
	if k == NodeInfo {
		return End(term.AppendUint(Begin(dst, k, 1), req), start)
	}
	return End(term.AppendUint(term.AppendUint(Begin(dst, k, 2), req), id), start)
}

// AppendRelease appends a release.
func AppendRelease(dst []byte, id uint64) []byte {
	start := len(dst)
	return End(term.AppendUint(Begin(dst, Release, 1), id), start)
}

// AppendAnswer appends an answer up to its value.
func AppendAnswer(dst []byte, req uint64) []byte {
	return term.AppendUint(Begin(dst, Answer, 2), req)
}

// AppendFailure appends a failure.
func AppendFailure(dst []byte, req, code uint64, text string) []byte {
	start := len(dst)
	dst = term.AppendUint(term.AppendUint(Begin(dst, Failure, 3), req), code)
	return End(term.AppendString(dst, text[:min(len(text), MaxTextBytes)]), start)
}
