package term

import (
	"maps"
	"reflect"

	"github.com/starlang-go/starlang/term/msgp"
)

// stringMap compiles the maps from strings that programs use most, without
// reflection. It returns false for all others. The types of p may be named ones:
// the memory of a map depends on what key and value are, not what they are called.
func stringMap(p, value *plan) bool {
	switch value.typ.Kind() {
	case reflect.String:
		mapTo[string]{p, value}.compile()
	case reflect.Bool:
		mapTo[bool]{p, value}.compile()
	case reflect.Int:
		mapTo[int]{p, value}.compile()
	case reflect.Int64:
		mapTo[int64]{p, value}.compile()
	case reflect.Float64:
		mapTo[float64]{p, value}.compile()
	case reflect.Interface:
		if value.typ.NumMethod() > 0 {
			return false
		}
		mapTo[any]{p, value}.compile()
	default:
		return false
	}
	return true
}

// mapTo is the plan of a map from strings to what lies in memory as a V does.
type mapTo[V any] struct{ of, value *plan }

func (m mapTo[V]) compile() { m.of.encode, m.of.decode, m.of.copy = m.encode, m.decode, m.copy }

func (m mapTo[V]) encode(dst []byte, src address, left encodeBudget) ([]byte, error) {
	entries := *at[map[string]V](src)
	if entries == nil {
		return msgp.AppendNil(dst), nil
	}
	left, err := left.enter(dst)
	if err != nil {
		return dst, err
	}
	if err := checkLen(len(entries)); err != nil {
		return dst, err
	}
	dst = msgp.AppendMapLen(dst, len(entries))
	var v V // one for all entries: its address makes it escape
	for k, element := range entries {
		if err := checkLen(len(k)); err != nil {
			return dst, inStep(err, "[key]")
		}
		v = element
		if dst, err = m.value.encode(msgp.AppendString(dst, k), addressOf(&v), left); err != nil {
			return dst, inEntry(err, k)
		}
	}
	return dst, nil
}

func (m mapTo[V]) decode(r *Reader, dst address) error {
	if r.skipNil() {
		return nil
	}
	n, err := r.enterMap()
	if err != nil {
		return err
	}
	if err := r.claim(n, m.of.typ.Key().Size()+m.value.typ.Size()+mapOverhead); err != nil {
		return err
	}
	entries := make(map[string]V, n)
	var v, zero V
	for i := range n {
		start := r.pos
		r.next()
		var k string
		if !r.skipNil() {
			if k, err = r.ReadString(); err != nil {
				return inStep(err, "[key]")
			}
		}
		v = zero
		r.next()
		if err := m.value.decode(r, addressOf(&v)); err != nil {
			return inEntry(err, k)
		}
		entries[k] = v
		if len(entries) != i+1 {
			return &DecodeError{Path: keyStep(k), Offset: start, Err: ErrDuplicateKey}
		}
	}
	r.leave()
	*at[map[string]V](dst) = entries
	return nil
}

func (m mapTo[V]) copy(dst, src address, left encodeBudget) error {
	from := *at[map[string]V](src)
	if from == nil {
		*at[map[string]V](dst) = nil
		return nil
	}
	left, err := left.enter(nil)
	if err != nil {
		return err
	}
	if m.value.plain {
		*at[map[string]V](dst) = maps.Clone(from)
		return nil
	}
	to := make(map[string]V, len(from))
	var v, copied V
	for k, element := range from {
		v = element
		if err := m.value.copy(addressOf(&copied), addressOf(&v), left); err != nil {
			return inEntry(err, k)
		}
		to[k] = copied
	}
	*at[map[string]V](dst) = to
	return nil
}
