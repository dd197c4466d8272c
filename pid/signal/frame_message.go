package signal

import (
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/term/msgp"
)

// messageFields is how many fields the frame of a message has in this version.
const messageFields = 3

// ParseMessage reads the body of the frame of a message to a process, in a fifth of the
// time that [Frame.Read] takes: nearly all frames are such. It reports false for all else,
// also for one with more fields than this version has: that is for Read to read or refuse.
func ParseMessage(body []byte) (from, to uint64, value []byte, ok bool) {
	if len(body) < 2 || body[0] != frame.Head(messageFields) || body[1] != Message.OnWire() {
		return 0, 0, nil, false
	}
	from, rest, err := msgp.ReadUint(body[2:])
	if err != nil {
		return 0, 0, nil, false
	}
	to, rest, err = msgp.ReadUint(rest)
	return from, to, rest, err == nil && to != 0 && len(rest) > 0
}
