package term

import (
	"errors"
	"fmt"
)

var (
	errNotOneValue = errors.New("wrote something else than one MessagePack value")
	errWroteNil    = errors.New("wrote nil, which stands for a nil pointer")
)

// encodeTerm encodes a value by its [Appender].
func (p *plan) encodeTerm(dst []byte, src address, left room) ([]byte, error) {
	start := len(dst)
	dst, err := src.value(p.typ).Addr().Interface().(Appender).AppendTerm(dst)
	if err != nil {
		return dst, &EncodeError{Err: err}
	}
	return dst, p.checkWritten(dst, start, left, "AppendTerm")
}

// checkWritten holds what method has appended to dst from start on to what it
// promised, so that no type can spoil the encoding of others.
func (p *plan) checkWritten(dst []byte, start int, left room, method string) error {
	why := errNotOneValue
	if len(dst) > start {
		w := walker{b: dst, pos: start, depth: left.depth, elements: len(dst)}
		switch err := w.values(1); {
		case err == ErrTooDeep:
			why = err
		case err != nil || w.pos < len(dst):
		case dst[start] == codeNil && !nilable(p.typ.Kind()):
			why = errWroteNil
		default:
			return nil
		}
	}
	return &EncodeError{Err: fmt.Errorf("%s of %v %w", method, p.typ, why)}
}

// decodeTerm decodes a value by its [Parser], which sees the bytes of its own
// value and no others.
func (p *plan) decodeTerm(r *Reader, dst address) error {
	if r.skipNil() {
		return nil
	}
	start, all := r.pos, r.b
	own, err := r.ReadRaw()
	if err != nil {
		return err
	}
	r.pos, r.b = start, all[:start+len(own)]
	err = dst.value(p.typ).Addr().Interface().(Parser).ParseTerm(r)
	if err == nil && r.Len() > 0 {
		err = r.failAt(r.pos, fmt.Errorf("%w: ParseTerm of %v left some of it", ErrTrailingBytes, p.typ))
	}
	r.b = all
	return r.wrap(start, err)
}

// wrap makes a DecodeError of what a method of the program returned.
func (r *Reader) wrap(start int, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := err.(*DecodeError); ok {
		return err
	}
	return r.failAt(start, err)
}
