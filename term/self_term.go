package term

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/term/msgp"
)

var (
	errNotOneValue = errors.New("wrote something else than one MessagePack value")
	errWroteNil    = errors.New("wrote nil, which stands for a nil pointer")
)

// encodeTerm encodes a value by its [Appender].
func (p *plan) encodeTerm(dst []byte, src address, left encodeBudget) ([]byte, error) {
	return p.encodeBy(src.pointer(p).(Appender), dst, left)
}

func (p *plan) encodeBy(a Appender, dst []byte, left encodeBudget) ([]byte, error) {
	out, err := p.callAppendTerm(a, dst)
	if err != nil {
		return dst, &EncodeError{Err: err}
	}
	return out, p.checkWritten(out, len(dst), left, "AppendTerm")
}

func (p *plan) callAppendTerm(a Appender, dst []byte) (out []byte, err error) {
	defer caught(&err, p.typ, "AppendTerm")
	return a.AppendTerm(dst)
}

func (p *plan) callParser(r *Reader, dst address) (err error) {
	defer caught(&err, p.typ, "the parser")
	if p.custom != nil {
		return p.custom.parse(r, dst)
	}
	return dst.pointer(p).(Parser).ParseTerm(r)
}

// checkWritten holds what method has appended to dst from start on to what it
// promised, so that no type can spoil the encoding of others.
func (p *plan) checkWritten(dst []byte, start int, left encodeBudget, method string) error {
	why := errNotOneValue
	if len(dst) > start {
		w := msgp.Walker{B: dst, Pos: start, Depth: left.depth, Elements: len(dst)}
		switch err := w.Value(); {
		case err == ErrTooDeep:
			why = err
		case err != nil || w.Pos < len(dst):
		case dst[start] == msgp.CodeNil && !nilable(p.typ.Kind()):
			why = errWroteNil
		default:
			return nil
		}
	}
	return &EncodeError{Err: fmt.Errorf("%s of %v %w", method, p.typ, why)}
}

// decodeTerm decodes a value by its [Parser] or its codec, which sees the bytes of its own
// value and no others.
func (p *plan) decodeTerm(r *Reader, dst address) error {
	if r.skipNil() {
		return nil
	}
	if err := r.mayCall(p); err != nil {
		return err
	}
	start, all, before := r.pos, r.b, r.budget
	if _, err := r.pass(); err != nil { // the Parser looks at the keys
		return err
	}
	after := r.budget
	r.pos, r.b, r.budget = start, all[:r.pos], before
	r.budget.owed = 0 // what is open around the value owes nothing in it
	err := p.callParser(r, dst)
	if err == nil && r.Len() > 0 {
		err = r.Fail(r.pos, fmt.Errorf("%w: the parser of %v left some of it", ErrTrailingBytes, p.typ))
	}
	after.memory = r.budget.memory
	r.b, r.budget = all, after
	return r.wrap(start, err)
}

// wrap makes a DecodeError of its own of what a method of the program returned.
func (r *Reader) wrap(start int, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := err.(*DecodeError); ok {
		own := *e
		return &own
	}
	return r.Fail(start, err)
}
