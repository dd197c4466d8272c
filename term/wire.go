package term

import (
	"fmt"
	"reflect"
)

// wireForm is how values of a type travel together with their type.
type wireForm struct {
	name    string // "" if there is none
	prefix  []byte // what stands before the value to name its type
	natural bool   // the value alone tells its type, unless it is nil
	ext     bool   // and does so by being an extension of this code
	code    int8
}

// appendAny appends v together with its type: the form of a message, and of what
// is in an interface.
func appendAny(dst []byte, v any, left room) ([]byte, error) {
	if v == nil {
		return AppendNil(dst), nil
	}
	p := planOf(v)
	form := p.wire.Load()
	if form == nil {
		return dst, p.notRegistered()
	}
	src := held(v, p.direct)
	if p.travelsNamed(form, src) {
		var err error
		if left, err = left.enter(dst); err != nil {
			return dst, err
		}
		return p.encode(append(dst, form.prefix...), src, left)
	}
	start := len(dst)
	dst, err := p.encode(dst, src, left)
	if err == nil && form.ext {
		err = form.checkExt(dst[start:], p)
	}
	return dst, err
}

// travelsNamed reports whether the value at src has its type's name beside it.
func (p *plan) travelsNamed(form *wireForm, src address) bool {
	return form == nil || !form.natural || nilable(p.typ.Kind()) && firstWordIsNil(src)
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
	switch t := p.typ; {
	case p.noWire != nil:
		return p.noWire.encodeError()
	case t.Kind() == reflect.Pointer && p.elem.wire.Load() != nil:
		return &EncodeError{Err: fmt.Errorf("%v %w: send what it points to", t, ErrNotRegistered)}
	case t.Kind() == reflect.Pointer:
		return &EncodeError{Err: fmt.Errorf("%v %w: call term.Register[%v]", t, ErrNotRegistered, t.Elem())}
	default:
		return &EncodeError{Err: fmt.Errorf("%v %w: call term.Register[%v]", t, ErrNotRegistered, t)}
	}
}

// readAny reads a value as the Go type that it tells of itself.
func readAny(r *Reader) (any, error) {
	switch r.Kind() {
	case KindNil:
		return nil, r.ReadNil()
	case KindBool:
		return boxed(r.ReadBool())
	case KindInt:
		return readAnyInt(r)
	case KindFloat:
		if r.b[r.pos] == codeFloat32 {
			return boxed(r.ReadFloat32())
		}
		return boxed(r.ReadFloat64())
	case KindString:
		return boxed(r.ReadString())
	case KindBytes:
		return boxed(r.ReadBytes())
	case KindArray:
		return readAnyArray(r)
	case KindMap:
		return readAnyMap(r)
	case KindExt:
		return readAnyExt(r)
	default:
		return nil, r.mismatch(KindInvalid)
	}
}

// boxed lets what a method of Reader returns be returned as an any.
func boxed[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

// readAnyInt reads an int, or what does not fit one: an int64, only where int has
// 32 bits, or a uint64.
func readAnyInt(r *Reader) (any, error) {
	n, negative, err := r.integer()
	switch {
	case err != nil:
		return nil, err
	case !negative && int64(n) < 0:
		return n, nil
	case int64(int(n)) != int64(n):
		return int64(n), nil
	default:
		return int(n), nil
	}
}

func readAnyArray(r *Reader) (any, error) {
	n, err := r.ReadArrayLen()
	if err != nil {
		return nil, err
	}
	if n == 2 && r.Kind() == KindExt {
		if name, ok := r.typeName(); ok {
			return readNamed(r, name)
		}
	}
	if err := r.claim(n, anySize); err != nil {
		return nil, err
	}
	elements := make([]any, n)
	for i := range elements {
		if elements[i], err = readAny(r); err != nil {
			return nil, within(err, index(i))
		}
	}
	return elements, nil
}

// typeName reads the name that stands before a value to name its type, if that
// is what comes next.
func (r *Reader) typeName() (name []byte, ok bool) {
	start := r.pos
	if code, n, err := r.ReadExtHeader(); err == nil && code == ExtTypeName {
		name, err = r.take(n)
		return name, err == nil
	}
	r.pos = start
	return nil, false
}

// readNamed reads the value whose type name stood before it.
func readNamed(r *Reader, name []byte) (any, error) {
	if p := names.find(name); p != nil {
		return p.readBoxed(r)
	}
	return boxed(readRawBody(r, name))
}

// readBoxed reads a value of p's type.
func (p *plan) readBoxed(r *Reader) (any, error) {
	if p.elem == nil {
		a, err := p.decodeNew(r)
		if err != nil {
			return nil, err
		}
		return box(p.word, a, p.direct), nil
	}
	if r.skipNil() {
		return boxPointer(p.word, address{}), nil
	}
	to, err := p.elem.decodeNew(r)
	if err != nil {
		return nil, err
	}
	return boxPointer(p.word, to), nil
}

var anySize = reflect.TypeFor[any]().Size()

// readAnyMap reads a map[string]any, or a map[any]any if a key is no string.
func readAnyMap(r *Reader) (any, error) {
	n, err := r.ReadMapLen()
	if err != nil {
		return nil, err
	}
	if err := r.claim(n, 2*anySize+mapOverhead); err != nil {
		return nil, err
	}
	m := make(map[string]any, n)
	for i := range n {
		if r.Kind() != KindString {
			return readMixedMap(r, m, n)
		}
		start := r.pos
		k, err := r.ReadString()
		if err != nil {
			return nil, err
		}
		if m[k], err = readAny(r); err != nil {
			return nil, within(err, stringStep(k))
		}
		if len(m) != i+1 {
			return nil, &DecodeError{Path: stringStep(k), Offset: start, Err: ErrDuplicateKey}
		}
	}
	return m, nil
}

// readMixedMap goes on where readAnyMap met the first key that is no string.
func readMixedMap(r *Reader, read map[string]any, n int) (any, error) {
	m := make(map[any]any, n)
	for k, v := range read {
		m[k] = v
	}
	for len(m) < n {
		start, before := r.pos, len(m)
		k, err := readAny(r)
		if err != nil {
			return nil, within(err, "[key]")
		}
		key := reflect.ValueOf(&k).Elem()
		if err := checkKey(key); err != nil {
			return nil, &DecodeError{Path: "[key]", Offset: start, Err: err}
		}
		v, err := readAny(r)
		if err != nil {
			return nil, within(err, keyStep(key))
		}
		m[k] = v
		if len(m) == before {
			return nil, &DecodeError{Path: keyStep(key), Offset: start, Err: ErrDuplicateKey}
		}
	}
	return m, nil
}

func readAnyExt(r *Reader) (any, error) {
	start := r.pos
	code, n, err := r.ReadExtHeader()
	if err != nil {
		return nil, err
	}
	if p := exts.find(code); p != nil {
		r.pos = start
		return p.readBoxed(r)
	}
	if code == ExtTypeName {
		return nil, r.failAt(start, fmt.Errorf("%w: a type name without a value", ErrMismatch))
	}
	b, err := r.take(n)
	return Ext{code, string(b)}, err
}
