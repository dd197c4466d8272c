package term

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/starlang-go/starlang/term/msgp"
)

// What can be wrong with a value or with bytes. An [*EncodeError] or a
// [*DecodeError] wraps one of them where it applies; errors.Is tells.
var (
	// ErrTooDeep: nested deeper than [Limits].MaxDepth, as a value that contains
	// itself is.
	ErrTooDeep = msgp.ErrTooDeep
	// ErrTooLarge: longer than [Limits].MaxBytes, or more memory than MaxMemory.
	ErrTooLarge = errors.New("too large")
	// ErrTooMany: more elements than [Limits].MaxElements.
	ErrTooMany = msgp.ErrTooMany
	// ErrTruncated: the bytes end before the value does.
	ErrTruncated = msgp.ErrTruncated
	// ErrTrailingBytes: bytes follow the value.
	ErrTrailingBytes = errors.New("bytes follow the value")
	// ErrInvalidByte: a byte that begins no MessagePack value.
	ErrInvalidByte = msgp.ErrInvalidByte
	// ErrMismatch: a value of one kind where the Go type asks for another.
	ErrMismatch = msgp.ErrMismatch
	// ErrRange: a number that the Go type cannot hold.
	ErrRange = msgp.ErrRange
	// ErrDuplicateKey: a map or struct with the same key twice.
	ErrDuplicateKey = errors.New("duplicate key")
	// ErrNotRegistered: a Go type without a wire name. See [Register].
	ErrNotRegistered = errors.New("is not registered")
	// ErrUnsendable: a Go type that cannot travel, such as a channel.
	ErrUnsendable = errors.New("cannot be sent")
	// ErrPanic: a method of the program's, which was to write or to read a value,
	// panicked.
	ErrPanic = errors.New("panicked")
	// ErrRefusedMessage: a type that may not be a message. See [RefuseMessage].
	ErrRefusedMessage = errors.New("may not be a message")
)

// EncodeError says why a value cannot be encoded, or sent.
type EncodeError struct {
	Type reflect.Type // the Go type of the whole value; nil if it was nil
	Path string       // where in it, such as ".Jobs[3].Done"; "" is the value itself
	Err  error        // what is wrong there
}

// Error implements error.
func (e *EncodeError) Error() string {
	return fmt.Sprintf("term: cannot send %s%s: %v", typeName(e.Type), where(e.Path), e.Err)
}

// Unwrap returns e.Err.
func (e *EncodeError) Unwrap() error { return e.Err }

// DecodeError says why bytes are not what they should be.
type DecodeError struct {
	Type   reflect.Type // the Go type asked for; nil if none was
	Path   string       // where in it, such as ".Jobs[3].Count"; "" is the value itself
	Offset int          // where in the bytes
	Err    error        // what is wrong there
}

// Error implements error.
func (e *DecodeError) Error() string {
	return fmt.Sprintf("term: cannot decode %s%s at byte %d: %v", typeName(e.Type), where(e.Path), e.Offset, e.Err)
}

// Unwrap returns e.Err.
func (e *DecodeError) Unwrap() error { return e.Err }

func typeName(t reflect.Type) string {
	if t == nil {
		return "a value"
	}
	return t.String()
}

func where(path string) string {
	switch {
	case path == "":
		return ""
	case path[0] == '[':
		return ": element " + path
	default:
		return ": field " + strings.TrimPrefix(path, ".")
	}
}
