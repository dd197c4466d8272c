package conn

import (
	"github.com/starlang-go/starlang/pid/signal/frame"
)

// The read buffer begins small and grows while reads fill it, up to one frame of
// the longest kind. Frames are decoded where they lie.
const (
	minReadBytes = 16 << 10
	maxReadBytes = frame.LengthBytes + frame.MaxBytes
)

// incoming is what was read and not yet acted on. It is the reader's.
type incoming struct {
	buf    []byte
	used   int // how much of buf the frames take that were acted on, or just are
	filled int // how much of buf was read
}

// rest returns what may hold another frame.
func (in *incoming) rest() []byte { return in.buf[in.used:in.filled] }

// space makes room in the buffer, by moving what is left or by growing, and returns it.
func (in *incoming) space() []byte {
	full := in.filled == len(in.buf)
	in.filled = copy(in.buf, in.rest())
	in.used = 0
	if full && len(in.buf) < maxReadBytes {
		longer := make([]byte, 0, maxReadBytes)
		in.buf = append(longer, in.buf[:in.filled]...)[:min(4*len(in.buf), maxReadBytes)]
	}
	return in.buf[in.filled:]
}
