package term

import (
	"fmt"
	"unicode/utf8"
	"unique"

	"github.com/vmihailenco/msgpack/v5"
)

// Atom is a constant that is its own name, as in Erlang: a string that is
// compared in one step, however long it is. It is comparable with ==, one word
// long, immutable, and safe for all goroutines. The zero Atom is "".
//
// Atoms are interned weakly: one that nothing refers to any more is freed. So,
// unlike Erlang's, atoms that a peer makes up do not fill memory for ever.
type Atom struct {
	// handle is the zero Handle exactly for "", so that the zero Atom equals it.
	handle unique.Handle[string]
}

var (
	_ Appender              = Atom{}
	_ msgpack.CustomEncoder = Atom{}
	_ msgpack.CustomDecoder = (*Atom)(nil)
)

// NewAtom returns the atom called name, or an error if name is longer than
// [MaxNameBytes] or not valid UTF-8.
func NewAtom(name string) (Atom, error) {
	switch {
	case len(name) > MaxNameBytes:
		return Atom{}, fmt.Errorf("term: atom: %w: %d bytes, %d are allowed", ErrTooLarge, len(name), MaxNameBytes)
	case !utf8.ValidString(name):
		return Atom{}, fmt.Errorf("term: atom %q is not valid UTF-8", name)
	case name == "":
		return Atom{}, nil
	}
	return Atom{unique.Make(name)}, nil
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
func (a Atom) String() string {
	if a == (Atom{}) {
		return ""
	}
	return a.handle.Value()
}

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
	return append(AppendExtHeader(dst, ExtAtom, len(name)), name...), nil
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
