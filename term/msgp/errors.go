package msgp

import "errors"

// What can be wrong with bytes.
var (
	// ErrTooDeep: nested deeper than a limit.
	ErrTooDeep = errors.New("nested too deeply")
	// ErrTooMany: more elements than a limit.
	ErrTooMany = errors.New("too many elements")
	// ErrTruncated: the bytes end before the value does.
	ErrTruncated = errors.New("bytes end before the value does")
	// ErrInvalidByte: a byte that begins no MessagePack value.
	ErrInvalidByte = errors.New("not the first byte of a MessagePack value")
	// ErrMismatch: a value of one kind where another is asked for.
	ErrMismatch = errors.New("wrong kind of value")
	// ErrRange: a number that does not fit.
	ErrRange = errors.New("out of range")
)
