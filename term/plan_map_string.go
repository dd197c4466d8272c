package term

import (
	"maps"
	"reflect"
)

// stringMap compiles the maps from strings that programs use most, without
// reflection. It returns false for all others. The types of p may be named ones:
// the memory of a map depends on what key and value are, not what they are called.
func stringMap(p, value *plan) bool {
	switch value.typ.Kind() {
	case reflect.String:
		mapTo[string](p, value)
	case reflect.Bool:
		mapTo[bool](p, value)
	case reflect.Int:
		mapTo[int](p, value)
	case reflect.Int64:
		mapTo[int64](p, value)
	case reflect.Float64:
		mapTo[float64](p, value)
	case reflect.Interface:
		if value.typ.NumMethod() > 0 {
			return false
		}
		mapTo[any](p, value)
	default:
		return false
	}
	return true
}

func mapTo[V any](p, value *plan) {
	p.encode = func(dst []byte, src address, left room) ([]byte, error) {
		m := *at[map[string]V](src)
		if m == nil {
			return AppendNil(dst), nil
		}
		left, err := left.enter(dst)
		if err != nil {
			return dst, err
		}
		if err := checkLen(len(m)); err != nil {
			return dst, err
		}
		dst = AppendMapLen(dst, len(m))
		var v V // one for all entries: its address makes it escape
		for k, element := range m {
			if err := checkLen(len(k)); err != nil {
				return dst, within(err, "[key]")
			}
			v = element
			if dst, err = value.encode(AppendString(dst, k), addressOf(&v), left); err != nil {
				return dst, within(err, stringStep(k))
			}
		}
		return dst, nil
	}
	p.decode = func(r *Reader, dst address) error {
		if r.skipNil() {
			return nil
		}
		n, err := r.enterMap()
		if err != nil {
			return err
		}
		if err := r.claim(n, p.typ.Key().Size()+value.typ.Size()+mapOverhead); err != nil {
			return err
		}
		m := make(map[string]V, n)
		var v, zero V
		for i := range n {
			start := r.pos
			r.next()
			k, err := r.ReadString()
			if err != nil {
				return within(err, "[key]")
			}
			v = zero
			r.next()
			if err := value.decode(r, addressOf(&v)); err != nil {
				return within(err, stringStep(k))
			}
			m[k] = v
			if len(m) != i+1 {
				return &DecodeError{Path: stringStep(k), Offset: start, Err: ErrDuplicateKey}
			}
		}
		r.leave()
		*at[map[string]V](dst) = m
		return nil
	}
	p.copy = func(dst, src address, left room) error {
		from := *at[map[string]V](src)
		left, err := left.enter(nil)
		switch {
		case from == nil:
			*at[map[string]V](dst) = nil
			return nil
		case err != nil:
			return err
		case value.plain:
			*at[map[string]V](dst) = maps.Clone(from)
			return nil
		}
		to := make(map[string]V, len(from))
		var v, copied V
		for k, element := range from {
			v = element
			if err := value.copy(addressOf(&copied), addressOf(&v), left); err != nil {
				return within(err, stringStep(k))
			}
			to[k] = copied
		}
		*at[map[string]V](dst) = to
		return nil
	}
}
