package pid

import (
	"cmp"
	"encoding"
	"encoding/hex"
	"strconv"
)

const (
	pidPrefix = "<"
	refPrefix = "#Ref<"
	noName    = "0" // stands for the name of a node without one
	wordsMark = '+' // stands before the words of a Ref that has them
)

var (
	_ encoding.TextAppender    = PID{}
	_ encoding.TextMarshaler   = PID{}
	_ encoding.TextUnmarshaler = (*PID)(nil)
	_ encoding.TextAppender    = Ref{}
	_ encoding.TextMarshaler   = Ref{}
	_ encoding.TextUnmarshaler = (*Ref)(nil)
)

// String returns the text form of p: <0.id.creation> for a process of a node
// without a name, else <name@host.id.creation>. [ParsePID] is its inverse.
func (p PID) String() string { return string(appendText(nil, pidPrefix, p.node, p.id)) }

// AppendText appends the text form of p to b. It never fails.
func (p PID) AppendText(b []byte) ([]byte, error) {
	return appendText(b, pidPrefix, p.node, p.id), nil
}

// MarshalText returns the text form of p; JSON uses it for values and for the
// keys of maps. It never fails.
func (p PID) MarshalText() ([]byte, error) { return p.AppendText(nil) }

// UnmarshalText sets p to the PID whose text form is text. It returns a
// [*ParseError], and leaves p as it is, if there is none.
func (p *PID) UnmarshalText(text []byte) error {
	parsed, err := ParsePID(string(text))
	if err == nil {
		*p = parsed
	}
	return err
}

// String returns the text form of r: #Ref<0.id.creation>, or with the node's
// name instead of the 0. Words follow the id in hexadecimal: #Ref<0.id+words.creation>.
// [ParseRef] is its inverse.
func (r Ref) String() string {
	b, _ := r.AppendText(nil)
	return string(b)
}

// AppendText appends the text form of r to b. It never fails.
func (r Ref) AppendText(b []byte) ([]byte, error) {
	return appendText(b, refPrefix, r.maker, r.id), nil
}

// MarshalText returns the text form of r; JSON uses it for values and for the
// keys of maps. It never fails.
func (r Ref) MarshalText() ([]byte, error) { return r.AppendText(nil) }

// UnmarshalText sets r to the Ref whose text form is text. It returns a
// [*ParseError], and leaves r as it is, if there is none.
func (r *Ref) UnmarshalText(text []byte) error {
	parsed, err := ParseRef(string(text))
	if err == nil {
		*r = parsed
	}
	return err
}

// textSizeHint holds the text of most PIDs and Refs without growing.
const textSizeHint = 48

func appendText(b []byte, prefix string, node NodeID, id uint64) []byte {
	if b == nil {
		b = make([]byte, 0, textSizeHint)
	}
	b = append(b, prefix...)
	b = append(b, cmp.Or(node.Name(), noName)...)
	b = append(b, '.')
	b = strconv.AppendUint(b, id, 10)
	if words := node.identity().words; words != "" {
		b = append(b, wordsMark)
		b = hex.AppendEncode(b, []byte(words))
	}
	b = append(b, '.')
	b = strconv.AppendUint(b, uint64(node.Creation()), 10)
	return append(b, '>')
}
