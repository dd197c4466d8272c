package wire

import (
	"encoding/binary"

	"github.com/starlang-go/starlang/pid/signal"
)

// messageHead is how the body of a message begins that has the fields of this
// version, and no others.
const messageHead = fixArray | 1 + 3

// ParseMessage reads the body of a message to a process, in a fifth of the time that
// Parse takes: nearly all frames are such. It reports false for all else, which is
// for Parse to read or refuse.
func ParseMessage(body []byte) (from, to uint64, value []byte, ok bool) {
	if len(body) < 2 || body[0] != messageHead || body[1] != byte(signals)+byte(signal.Message) {
		return 0, 0, nil, false
	}
	from, rest, ok := quickUint(body[2:])
	if !ok {
		return 0, 0, nil, false
	}
	to, rest, ok = quickUint(rest)
	return from, to, rest, ok && to != 0 && len(rest) > 0
}

// quickUint reads a number that is not negative, and returns what follows it.
func quickUint(b []byte) (n uint64, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	c, b := b[0], b[1:]
	switch {
	case c < 0x80:
		return uint64(c), b, true
	case c == 0xcc && len(b) >= 1:
		return uint64(b[0]), b[1:], true
	case c == 0xcd && len(b) >= 2:
		return uint64(binary.BigEndian.Uint16(b)), b[2:], true
	case c == 0xce && len(b) >= 4:
		return uint64(binary.BigEndian.Uint32(b)), b[4:], true
	case c == 0xcf && len(b) >= 8:
		return binary.BigEndian.Uint64(b), b[8:], true
	default:
		return 0, nil, false
	}
}
