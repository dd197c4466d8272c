package term

import (
	"fmt"
	"reflect"

	"github.com/starlang-go/starlang/term/msgp"
)

// wireForm is how values of a type travel together with their type.
type wireForm struct {
	plan    *plan
	make    func() address // allocates a zero value
	name    string         // "" if there is none
	prefix  []byte         // what stands before the value to name its type
	natural bool           // the value alone tells its type, unless it is nil
	ext     bool           // and does so by being an extension of this code
	code    int8
}

// appendAny appends v together with its type: the form of a message, and of what
// is in an interface.
func appendAny(dst []byte, v any, left encodeBudget) ([]byte, error) {
	if v == nil {
		return msgp.AppendNil(dst), nil
	}
	return planOf(v).appendTyped(dst, v, left)
}

// appendTyped appends v, of p's type, together with its type.
func (p *plan) appendTyped(dst []byte, v any, left encodeBudget) ([]byte, error) {
	form := p.wire.Load()
	if form == nil {
		return dst, p.notRegistered()
	}
	if p.travelsNamed(form, v) {
		var err error
		if left, err = left.enter(dst); err != nil {
			return dst, err
		}
		return p.encodeHeld(append(dst, form.prefix...), v, left)
	}
	start := len(dst)
	dst, err := p.encodeHeld(dst, v, left)
	if err == nil && form.ext {
		err = form.checkExt(dst[start:], p)
	}
	return dst, err
}

// travelsNamed reports whether v, of p's type, has its type's name beside it.
func (p *plan) travelsNamed(form *wireForm, v any) bool {
	return form == nil || !form.natural || form.name != "" && nilable(p.typ.Kind()) && p.isNil(v)
}

// isNil reports whether v, of p's type, which is nilable, is nil.
func (p *plan) isNil(v any) bool {
	if p.direct {
		return heldPointee(v).isNil()
	}
	return firstWordIsNil(heldPointee(v))
}

// checkExt refuses a form by which nobody could tell the type.
func (w *wireForm) checkExt(written []byte, p *plan) error {
	r := Reader{b: written}
	if code, _, err := r.ReadExtHeader(); err != nil || code != w.code {
		return &EncodeError{Err: fmt.Errorf("AppendTerm of %v did not write extension %d, for which it is registered", p.typ, w.code)}
	}
	return nil
}

// notRegistered says what to do about a type that has no wire form.
func (p *plan) notRegistered() error {
	switch {
	case p.noWire != nil:
		return p.noWire.encodeError()
	case p.elem == nil:
		return &EncodeError{Err: fmt.Errorf("%v %w: call term.Register[%v]", p.typ, ErrNotRegistered, p.typ)}
	case p.elem.wire.Load() != nil || p.elem.elem != nil || p.elem.typ.Kind() == reflect.Interface:
		return &EncodeError{Err: fmt.Errorf("%v %w: send what it points to", p.typ, ErrNotRegistered)}
	default:
		return &EncodeError{Err: fmt.Errorf("%v %w: call term.Register[%v]", p.typ, ErrNotRegistered, p.elem.typ)}
	}
}

// typeName reads the name that stands before a value to name its type, if that
// is what comes next.
func (r *Reader) typeName() (name []byte, ok bool) {
	start := r.pos
	if rest := r.b[start:]; len(rest) > 3 && rest[0] == msgp.CodeExt8 && rest[2] == byte(ExtTypeName) {
		r.pos += 3 // as appendTypeName writes it
		name, err := r.take(int(rest[1]))
		return name, err == nil
	}
	if code, n, err := r.ReadExtHeader(); err == nil && code == ExtTypeName {
		name, err = r.take(n)
		return name, err == nil
	}
	r.pos = start
	return nil, false
}

// readNamed reads the value whose type name stood before it, from start on.
func readNamed(r *Reader, start int, name []byte) (v any, err error) {
	r.budget.owed -= 2
	if r.recent == nil || r.recent.name != string(name) {
		form := names.find(name)
		if form == nil {
			v, err = boxed(readRawBody(r, name))
			r.leave()
			return v, err
		}
		r.recent = form // what is found once stays true: no type loses its name
	}
	v, err = r.recent.plan.readBoxed(r, start)
	r.leave()
	return v, err
}

// precedes reports whether b begins with the name of the form's type, as
// appendTypeName writes it.
func (w *wireForm) precedes(b []byte) bool {
	return len(b) >= len(w.prefix) && string(b[:len(w.prefix)]) == string(w.prefix)
}

// readLikeLast is readAny for a value that is preceded by the same type name as the one
// that was read last: the name need not be taken apart.
func readLikeLast(r *Reader) (any, error) {
	start := r.pos
	if err := r.enter(start, 2, 0); err != nil {
		return nil, err
	}
	r.pos += len(r.recent.prefix)
	v, err := r.recent.plan.readBoxed(r, start)
	r.leave()
	return v, err
}

// readBoxed reads a value of p's type, which begins at start.
func (p *plan) readBoxed(r *Reader, start int) (any, error) {
	if r.message && start == 0 {
		if err := p.refusedMessage(); err != nil {
			return nil, r.Fail(start, err)
		}
	}
	if p.elem == nil {
		a, err := p.decodeNew(r)
		if err != nil {
			return nil, p.failedAt(start, err)
		}
		return box(p.word, a, p.direct), nil
	}
	if r.skipNil() {
		return boxPointer(p.word, address{}), nil
	}
	to, err := p.elem.decodeNew(r)
	if err != nil {
		return nil, p.failedAt(start, err)
	}
	return boxPointer(p.word, to), nil
}

// failedAt says in err of which type the whole was, if it began at start.
func (p *plan) failedAt(start int, err error) error {
	if start > 0 {
		return err
	}
	return decodeFailed(err, p.typ)
}
