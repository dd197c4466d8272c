package wire

import (
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/term"
)

func begin(dst []byte, k Kind, fields int) []byte { return frame.Begin(dst, uint8(k), fields) }

// AppendPing appends a ping or pong.
func AppendPing(dst []byte, k Kind, number uint64) []byte {
	start := len(dst)
	return frame.End(term.AppendUint(begin(dst, k, 1), number), start)
}

// AppendFragment appends a fragment.
func AppendFragment(dst []byte, remaining int, piece []byte) []byte {
	start := len(dst)
	dst = term.AppendUint(begin(dst, Fragment, 2), uint64(remaining))
	return frame.End(term.AppendBytes(dst, piece), start)
}

// FragmentOverhead is how much longer than its piece a fragment's frame can be.
const FragmentOverhead = frame.LengthBytes + 2 + 9 + 5

// AppendBare appends a frame without fields: a fragment-abort or an idle.
func AppendBare(dst []byte, k Kind) []byte {
	start := len(dst)
	return frame.End(begin(dst, k, 0), start)
}

// AppendNotice appends a refusal or goodbye. The text is cut to MaxTextBytes.
func AppendNotice(dst []byte, k Kind, code uint64, text string) []byte {
	start := len(dst)
	dst = term.AppendUint(begin(dst, k, 2), code)
	return frame.End(term.AppendString(dst, text[:min(len(text), MaxTextBytes)]), start)
}

// MaxTextBytes is the length of the longest text in a refusal or goodbye.
const MaxTextBytes = 255

// AppendWhereis appends a whereis.
func AppendWhereis(dst []byte, req uint64, name string) []byte {
	start := len(dst)
	dst = term.AppendUint(begin(dst, Whereis, 2), req)
	return frame.End(term.AppendString(dst, name), start)
}

// AppendSpawn appends a spawn up to its value.
func AppendSpawn(dst []byte, req, from uint64, function string, held bool) []byte {
	dst = term.AppendUint(term.AppendUint(begin(dst, Spawn, 5), req), from)
	return term.AppendBool(term.AppendString(dst, function), held)
}

// AppendInfo appends a process-info of the process id, or a node-info.
func AppendInfo(dst []byte, k Kind, req, id uint64) []byte {
	start := len(dst)
	if k == NodeInfo {
		return frame.End(term.AppendUint(begin(dst, k, 1), req), start)
	}
	return frame.End(term.AppendUint(term.AppendUint(begin(dst, k, 2), req), id), start)
}

// AppendRelease appends a release.
func AppendRelease(dst []byte, id uint64) []byte {
	start := len(dst)
	return frame.End(term.AppendUint(begin(dst, Release, 1), id), start)
}

// AppendAnswer appends an answer up to its value.
func AppendAnswer(dst []byte, req uint64) []byte {
	return term.AppendUint(begin(dst, Answer, 2), req)
}

// AppendFailure appends a failure.
func AppendFailure(dst []byte, req, code uint64, text string) []byte {
	start := len(dst)
	dst = term.AppendUint(term.AppendUint(begin(dst, Failure, 3), req), code)
	return frame.End(term.AppendString(dst, text[:min(len(text), MaxTextBytes)]), start)
}
