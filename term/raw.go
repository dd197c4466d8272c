package term

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/starlang-go/starlang/term/msgp"
)

// Raw is a value whose wire name nobody registered here. It can be looked at,
// decoded into a Go type that the program chooses, and sent on unchanged: a
// receiver that knows the name gets the value itself. It is comparable with ==
// and immutable. The zero Raw has no name and holds nil.
type Raw struct {
	name string
	body string // one MessagePack value; "" stands for nil. A string never changes.
}

var _ Appender = Raw{}

// NewRaw returns the Raw with the given wire name and body, which must be one
// MessagePack value within the default [Limits]. It copies body.
func NewRaw(name string, body []byte) (Raw, error) {
	if err := checkRawName([]byte(name)); err != nil {
		return Raw{}, fmt.Errorf("term: raw %.255q: %w", name, err)
	}
	r, err := open(body, Limits{})
	if err != nil {
		return Raw{}, err
	}
	if err := r.Skip(); err != nil {
		return Raw{}, err
	}
	if err := r.finish(); err != nil {
		return Raw{}, err
	}
	return makeRaw(name, body), nil
}

func makeRaw(name string, body []byte) Raw {
	if len(body) == 1 && body[0] == msgp.CodeNil {
		return Raw{name: name} // one form for each value, so that == tells
	}
	return Raw{name, string(body)}
}

// Name returns the wire name of the value's type. If it was sent as a pointer
// the name begins with "*".
func (w Raw) Name() string { return w.name }

// Body returns the value's MessagePack encoding, in a new slice.
func (w Raw) Body() []byte {
	if w.body == "" {
		return []byte{msgp.CodeNil}
	}
	return []byte(w.body)
}

// DecodeInto decodes the value into *dst as [DecodeInto] does.
func (w Raw) DecodeInto(dst any) error { return DecodeInto(w.Body(), dst) }

// String returns the name and the length of the body.
func (w Raw) String() string { return fmt.Sprintf("%s (raw, %d bytes)", w.name, len(w.Body())) }

// AppendTerm implements [Appender].
func (w Raw) AppendTerm(dst []byte) ([]byte, error) {
	dst = appendTypeName(dst, w.name)
	if w.body == "" {
		return msgp.AppendNil(dst), nil
	}
	return append(dst, w.body...), nil
}

// ParseTerm implements [Parser]: it reads a value with a type name, whether the
// name is known here or not.
func (w *Raw) ParseTerm(r *Reader) error {
	start := r.Offset()
	if n, err := r.ReadArrayLen(); err != nil {
		return err
	} else if n == 2 {
		if name, ok := r.typeName(); ok {
			raw, err := readRawBody(r, name)
			*w = raw
			return err
		}
	}
	return r.Fail(start, fmt.Errorf("%w: an array where a value with a type name is asked for", ErrMismatch))
}

// ImmutableTerm marks a Raw as free to share between processes.
func (Raw) ImmutableTerm() {}

// readRawBody reads the value whose type name stood before it.
func readRawBody(r *Reader, name []byte) (Raw, error) {
	if err := checkRawName(name); err != nil {
		return Raw{}, r.Fail(r.pos, err)
	}
	body, err := r.ReadRaw()
	return makeRaw(string(name), body), err
}

func checkRawName(name []byte) error {
	switch {
	case len(name) > MaxNameBytes+1: // "*" before it
		return fmt.Errorf("%w: a type name of %d bytes", ErrTooLarge, len(name))
	case !utf8.Valid(name):
		return errors.New("a type name that is not UTF-8")
	}
	return nil
}
