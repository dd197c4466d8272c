package term

import (
	"math"
	"reflect"
)

// encodeBudget is what the limits leave to the rest of a value that is encoded or
// copied. It is passed by value: a pointer to it would be an allocation.
type encodeBudget struct {
	depth int // how many more arrays, maps and structs may be open at once
	end   int // how long the encoding may become
}

// copyBudget is the budget of copies, which have no encoding. What is copied with the
// memory around it is not counted: how deep it nests, its type says.
var copyBudget = encodeBudget{DefaultMaxDepth, math.MaxInt}

// encodeBudget returns the budget that l gives to an encoding which is appended to dst.
func (l Limits) encodeBudget(dst []byte) encodeBudget {
	l = l.withDefaults()
	end := math.MaxInt
	if l.MaxBytes < ByteCount(math.MaxInt-len(dst)) {
		end = len(dst) + int(l.MaxBytes)
	}
	return encodeBudget{l.MaxDepth, end}
}

// finish returns what an encoding of v, appended to dst, came to.
func (m encodeBudget) finish(dst, out []byte, v any, err error) ([]byte, error) {
	if err == nil && len(out) > m.end {
		err = &EncodeError{Err: ErrTooLarge}
	}
	if err != nil {
		return dst, encodeFailed(err, v)
	}
	return out, nil
}

// encodeFailed adds to err the type of the value that was to be encoded.
func encodeFailed(err error, v any) error {
	if e, ok := err.(*EncodeError); ok {
		e.Type = reflect.TypeOf(v)
	}
	return err
}

// enter returns the budget inside of an array, map or struct.
func (m encodeBudget) enter(dst []byte) (encodeBudget, error) {
	if m.depth <= 0 {
		return m, &EncodeError{Err: ErrTooDeep}
	}
	if len(dst) > m.end {
		return m, &EncodeError{Err: ErrTooLarge}
	}
	m.depth--
	return m, nil
}
