package pid

import (
	"errors"
	"fmt"
	"strconv"
)

// ErrSyntax is what every [*ParseError] is, for [errors.Is].
var ErrSyntax = errors.New("invalid syntax")

// ParseError says why a text is not the text form of a value. Its sentinel is
// [ErrSyntax]; a retry never helps.
type ParseError struct {
	Type   string // what the text should have been, for example "PID"
	Input  string // the whole text
	Offset int    // the index in Input of the first byte that is wrong
	Why    string // what is wrong there
}

// maxQuotedBytes bounds how much of a hostile text an error message repeats.
const maxQuotedBytes = 64

// Error implements error. It quotes only the beginning of a long input.
func (e *ParseError) Error() string {
	input := strconv.Quote(e.Input)
	if len(e.Input) > maxQuotedBytes {
		input = strconv.Quote(e.Input[:maxQuotedBytes]) + "…"
	}
	return fmt.Sprintf("parse %s %s: %s at offset %d", e.Type, input, e.Why, e.Offset)
}

// Is reports whether target is [ErrSyntax].
func (e *ParseError) Is(target error) bool { return target == ErrSyntax }
