package frame

import (
	"encoding/binary"

	"github.com/starlang-go/starlang/term/msgp"
)

// LengthBytes is how many bytes stand before a frame's body and tell its length.
const LengthBytes = 4

// MaxBytes is the length of the longest body, once the connection is up.
const MaxBytes = 256 << 10

// Begin appends the beginning of a frame with up to 14 fields; they follow, and then End.
func Begin(dst []byte, kind uint8, fields int) []byte {
	return append(dst, 0, 0, 0, 0, Head(fields), kind)
}

// Head returns the first byte of the body of a frame with up to 14 fields.
func Head(fields int) byte { return msgp.CodeFixArray | byte(1+fields) }

// End writes the length of the frame that begins at start and ends where b does, and
// returns b.
func End(b []byte, start int) []byte {
	binary.BigEndian.PutUint32(b[start:], uint32(len(b)-start-LengthBytes))
	return b
}
