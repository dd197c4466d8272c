package term

import (
	"fmt"
	"reflect"
	"unicode/utf8"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/starlang-go/starlang/term/msgp"
)

// MaxAtomBytes is the length of the longest [Atom].
const MaxAtomBytes = 255

// Atom is a constant that is its own name, as in Erlang. It is comparable with ==,
// immutable, and safe for all goroutines. The zero Atom is "".
//
// Unlike Erlang's, atoms are in no table: what a peer makes up is freed when nothing
// refers to it, and costs no more than a string. Interning them weakly made each new
// one fifteen times as expensive, and saved nothing: names are short.
type Atom struct{ name string }

var atomType = reflect.TypeFor[Atom]()

var (
	_ Appender              = Atom{}
	_ msgpack.CustomEncoder = Atom{}
	_ msgpack.CustomDecoder = (*Atom)(nil)
)

// NewAtom returns the atom called name, or an error if name is longer than
// [MaxAtomBytes] or not valid UTF-8.
func NewAtom(name string) (Atom, error) {
	switch {
	case len(name) > MaxAtomBytes:
		return Atom{}, fmt.Errorf("term: atom: %w: %d bytes, %d are allowed", ErrTooLarge, len(name), MaxAtomBytes)
	case !utf8.ValidString(name):
		return Atom{}, fmt.Errorf("term: atom %q is not valid UTF-8", name)
	}
	return Atom{name}, nil
}

// MustAtom is [NewAtom] for constants: it panics with the error.
func MustAtom(name string) Atom {
	a, err := NewAtom(name)
	if err != nil {
		panic(err)
	}
	return a
}

// String returns the atom's name.
func (a Atom) String() string { return a.name }

// AppendText implements encoding.TextAppender.
func (a Atom) AppendText(b []byte) ([]byte, error) { return append(b, a.String()...), nil }

// MarshalText implements encoding.TextMarshaler: the text is the name, and so is
// the JSON form.
func (a Atom) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Atom) UnmarshalText(text []byte) (err error) {
	*a, err = NewAtom(string(text))
	return err
}

// AppendTerm implements [Appender]: an extension [ExtAtom] of the name.
func (a Atom) AppendTerm(dst []byte) ([]byte, error) {
	name := a.String()
	return append(msgp.AppendExtHeader(dst, ExtAtom, len(name)), name...), nil
}

// ParseTerm implements [Parser].
func (a *Atom) ParseTerm(r *Reader) error {
	n, err := r.ExpectExt(ExtAtom)
	if err != nil {
		return err
	}
	name, err := r.ReadN(n)
	if err != nil {
		return err
	}
	*a, err = NewAtom(string(name))
	return err
}

// EncodeMsgpack implements msgpack.CustomEncoder with the same form.
func (a Atom) EncodeMsgpack(e *msgpack.Encoder) error {
	b, err := a.AppendTerm(nil)
	if err != nil {
		return err
	}
	return e.Encode(msgpack.RawMessage(b))
}

// DecodeMsgpack implements msgpack.CustomDecoder.
func (a *Atom) DecodeMsgpack(d *msgpack.Decoder) error {
	b, err := d.DecodeRaw()
	if err != nil {
		return err
	}
	return a.ParseTerm(NewReader(b))
}

// ImmutableTerm marks an Atom as free to share between processes.
func (Atom) ImmutableTerm() {}
