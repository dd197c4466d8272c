package term

import (
	"fmt"
	"maps"
	"reflect"
)

// mapOverhead is about what a Go map takes for an entry beside key and value.
const mapOverhead = 8

func (c *compiler) mapping(p *plan) {
	key, value := c.plan(p.typ.Key()), c.plan(p.typ.Elem())
	p.isZero = firstWordIsNil
	p.parts = []part{{"[key]", key}, {"[value]", value}}
	if err := checkKey(reflect.Zero(key.typ)); err != nil {
		p.refuse("[key]", "%w", err)
		return
	}
	if key.typ.Kind() == reflect.String && !key.self && stringMap(p, value) {
		return
	}
	m := mapPlan{p, key, value}
	p.encode, p.decode, p.copy = m.encode, m.decode, m.copy
}

// mapPlan is the plan of a map of any type, by reflection.
type mapPlan struct{ of, key, value *plan }

func (m mapPlan) encode(dst []byte, src address, left room) ([]byte, error) {
	v := src.value(m.of.typ)
	if v.IsNil() {
		return AppendNil(dst), nil
	}
	left, err := left.enter(dst)
	if err != nil {
		return dst, err
	}
	if err := checkLen(v.Len()); err != nil {
		return dst, err
	}
	dst = AppendMapLen(dst, v.Len())
	key, keyValue := m.key.scratch()
	value, valueValue := m.value.scratch()
	for i := v.MapRange(); i.Next(); {
		keyValue.SetIterKey(i)
		valueValue.SetIterValue(i)
		if err := checkKey(keyValue); err != nil {
			return dst, &EncodeError{Path: "[key]", Err: err}
		}
		if dst, err = m.key.encode(dst, key, left); err != nil {
			return dst, within(err, "[key]")
		}
		if dst, err = m.value.encode(dst, value, left); err != nil {
			return dst, within(err, keyStep(keyValue))
		}
	}
	return dst, nil
}

func (m mapPlan) decode(r *Reader, dst address) error {
	if r.skipNil() {
		return nil
	}
	n, err := r.ReadMapLen()
	if err != nil {
		return err
	}
	if err := r.claim(n, m.key.typ.Size()+m.value.typ.Size()+mapOverhead); err != nil {
		return err
	}
	v := reflect.MakeMapWithSize(m.of.typ, n)
	key, keyValue := m.key.scratch()
	value, valueValue := m.value.scratch()
	for i := range n {
		keyValue.SetZero()
		valueValue.SetZero()
		start := r.pos
		if err := m.key.decode(r, key); err != nil {
			return within(err, "[key]")
		}
		if err := checkKey(keyValue); err != nil {
			return &DecodeError{Path: "[key]", Offset: start, Err: err}
		}
		if err := m.value.decode(r, value); err != nil {
			return within(err, keyStep(keyValue))
		}
		v.SetMapIndex(keyValue, valueValue)
		if v.Len() != i+1 {
			return &DecodeError{Path: keyStep(keyValue), Offset: start, Err: ErrDuplicateKey}
		}
	}
	dst.value(m.of.typ).Set(v)
	return nil
}

func (m mapPlan) copy(dst, src address, left room) error {
	from := src.value(m.of.typ)
	if from.IsNil() {
		dst.value(m.of.typ).SetZero()
		return nil
	}
	left, err := left.enter(nil)
	if err != nil {
		return err
	}
	to := reflect.MakeMapWithSize(m.of.typ, from.Len())
	key, keyValue := m.key.scratch()
	value, valueValue := m.value.scratch()
	newKey, newKeyValue := m.key.scratch()
	newElem, newElemValue := m.value.scratch()
	for i := from.MapRange(); i.Next(); {
		keyValue.SetIterKey(i)
		valueValue.SetIterValue(i)
		if err := checkKey(keyValue); err != nil {
			return &EncodeError{Path: "[key]", Err: err}
		}
		if err := m.key.copy(newKey, key, left); err != nil {
			return within(err, "[key]")
		}
		if err := m.value.copy(newElem, value, left); err != nil {
			return within(err, keyStep(keyValue))
		}
		to.SetMapIndex(newKeyValue, newElemValue)
	}
	if to.Len() != from.Len() {
		return &EncodeError{Path: "[key]", Err: ErrDuplicateKey}
	}
	dst.value(m.of.typ).Set(to)
	return nil
}

// scratch returns memory for one value, to go over the entries of a map with.
func (p *plan) scratch() (address, reflect.Value) {
	a := newValue(p.typ)
	return a, a.value(p.typ)
}

// checkKey refuses a map key that is not itself when it arrives, or is no key.
// The zero value of a type stands for what can be said of all of its values.
func checkKey(key reflect.Value) error {
	switch t := key.Type(); key.Kind() {
	case reflect.Interface:
		if !key.IsNil() {
			return checkKey(key.Elem())
		}
	case reflect.Float32, reflect.Float64:
		if f := key.Float(); f != f {
			return fmt.Errorf("%w: NaN as a map key is not equal to itself", ErrRange)
		}
	case reflect.Pointer:
		return fmt.Errorf("%v as a map key %w: a pointer is another one when it arrives", t, ErrUnsendable)
	case reflect.Slice, reflect.Map, reflect.Func:
		return fmt.Errorf("%w: %v as a map key", ErrMismatch, t)
	case reflect.Array:
		for i := range key.Len() {
			if err := checkKey(key.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		return checkStructKey(key)
	}
	return nil
}

func checkStructKey(key reflect.Value) error {
	t := key.Type()
	if t == timeType {
		return fmt.Errorf("%v as a map key %w: one instant has several forms; use its UnixNano", t, ErrUnsendable)
	}
	if selfCodingOf(t) != notSelfCoding {
		return nil
	}
	for i := range key.NumField() {
		if err := checkKey(key.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

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
		n, err := r.ReadMapLen()
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
			k, err := r.ReadString()
			if err != nil {
				return within(err, "[key]")
			}
			v = zero
			if err := value.decode(r, addressOf(&v)); err != nil {
				return within(err, stringStep(k))
			}
			m[k] = v
			if len(m) != i+1 {
				return &DecodeError{Path: stringStep(k), Offset: start, Err: ErrDuplicateKey}
			}
		}
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

// keyStep is the step of a path to the value under key.
func keyStep(key reflect.Value) string {
	for key.Kind() == reflect.Interface {
		key = key.Elem()
	}
	if key.Kind() == reflect.String {
		return stringStep(key.String())
	}
	return fmt.Sprintf("[%.64v]", key)
}

func stringStep(key string) string { return fmt.Sprintf("[%.64q]", key) }
