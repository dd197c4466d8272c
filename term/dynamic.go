package term

import (
	"reflect"

	"github.com/starlang-go/starlang/term/msgp"
)

var anySize = reflect.TypeFor[any]().Size()

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
		if r.b[r.pos] == msgp.CodeFloat32 {
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
	start := r.pos
	if r.recent != nil && r.recent.precedes(r.b[start:]) {
		return readLikeLast(r)
	}
	n, err := r.enterArray()
	if err != nil {
		return nil, err
	}
	if n == 2 && r.Kind() == KindExt {
		if name, ok := r.typeName(); ok {
			return readNamed(r, start, name)
		}
	}
	var elements []any
	for i := range n {
		r.next()
		v, err := readAny(r)
		if err != nil {
			return nil, inElement(err, i)
		}
		if i == 0 { // not before: arrays nested too deeply then allocate nothing
			if err := r.claim(n, anySize); err != nil {
				return nil, err
			}
			elements = make([]any, n)
		}
		elements[i] = v
	}
	r.leave()
	if n == 0 {
		return []any{}, nil
	}
	return elements, nil
}

// readAnyMap reads a map[string]any, or a map[any]any if a key is no string.
func readAnyMap(r *Reader) (any, error) {
	n, err := r.enterMap()
	if err != nil {
		return nil, err
	}
	if err := r.claim(n, 2*anySize+mapOverhead); err != nil {
		return nil, err
	}
	var m map[string]any
	for i := range n {
		if r.Kind() != KindString {
			return readMixedMap(r, m, n)
		}
		start := r.pos
		r.next()
		k, err := r.ReadString()
		if err != nil {
			return nil, err
		}
		r.next()
		v, err := readAny(r)
		if err != nil {
			return nil, inEntry(err, k)
		}
		if m == nil { // not before: see readAnyArray
			m = make(map[string]any, n)
		}
		m[k] = v
		if len(m) != i+1 {
			return nil, &DecodeError{Path: keyStep(k), Offset: start, Err: ErrDuplicateKey}
		}
	}
	r.leave()
	if m == nil {
		m = map[string]any{}
	}
	return m, nil
}

// readMixedMap goes on where readAnyMap met the first key that is no string.
func readMixedMap(r *Reader, read map[string]any, n int) (any, error) {
	var m map[any]any
	for i := len(read); i < n; i++ {
		start := r.pos
		r.next()
		k, err := readAny(r)
		if err != nil {
			return nil, inStep(err, "[key]")
		}
		if k != nil {
			if err := checkKey(reflect.ValueOf(k)); err != nil {
				return nil, &DecodeError{Path: "[key]", Offset: start, Err: err}
			}
		}
		r.next()
		v, err := readAny(r)
		if err != nil {
			return nil, inEntry(err, k)
		}
		if m == nil { // not before: see readAnyArray
			m = make(map[any]any, n)
			for k, v := range read {
				m[k] = v
			}
		}
		m[k] = v
		if len(m) != i+1 {
			return nil, &DecodeError{Path: keyStep(k), Offset: start, Err: ErrDuplicateKey}
		}
	}
	r.leave()
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
		return p.readBoxed(r, start)
	}
	if code == ExtTypeName {
		return nil, r.Fail(start, errTypeName)
	}
	b, err := r.take(n)
	return Ext{code, string(b)}, err
}
