package term

import (
	"reflect"

	"github.com/starlang-go/starlang/term/msgp"
)

// mapOverhead is about what a Go map takes for an entry beside key and value.
const mapOverhead = 8

func (c *compiler) mapping(p *plan) {
	p.isZero, p.tidy = firstWordIsNil, tidyIfNil
	key, value := c.plan(p.typ.Key()), c.plan(p.typ.Elem())
	p.parts = []part{{"[key]", key}, {"[value]", value}}
	if err := checkKey(reflect.Zero(key.typ)); err != nil {
		p.refuse("[key]", "%w", err)
		return
	}
	if key.typ.Kind() == reflect.String && key.coding == notSelfCoding && stringMap(p, value) {
		return
	}
	m := mapPlan{p, key, value, keysDiffer(key.typ)}
	p.encode, p.decode, p.copy = m.encode, m.decode, m.copy
}

// mapPlan is the plan of a map of any type, by reflection.
type mapPlan struct {
	of, key, value *plan
	check          bool // each key may be one that cannot be sent
}

func (m mapPlan) encode(dst []byte, src address, left encodeBudget) ([]byte, error) {
	v := src.value(m.of)
	if v.IsNil() {
		return msgp.AppendNil(dst), nil
	}
	left, err := left.enter(dst)
	if err != nil {
		return dst, err
	}
	if err := checkLen(v.Len()); err != nil {
		return dst, err
	}
	dst = msgp.AppendMapLen(dst, v.Len())
	key, keyValue := m.key.scratch()
	value, valueValue := m.value.scratch()
	for i := v.MapRange(); i.Next(); {
		keyValue.SetIterKey(i)
		valueValue.SetIterValue(i)
		if err := m.checkKey(keyValue); err != nil {
			return dst, &EncodeError{Path: "[key]", Err: err}
		}
		if dst, err = m.key.encode(dst, key, left); err != nil {
			return dst, inStep(err, "[key]")
		}
		if dst, err = m.value.encode(dst, value, left); err != nil {
			return dst, inEntry(err, keyValue)
		}
	}
	return dst, nil
}

func (m mapPlan) decode(r *Reader, dst address) error {
	if r.skipNil() {
		return nil
	}
	n, err := r.enterMap()
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
		r.next()
		if err := m.key.decode(r, key); err != nil {
			return inStep(err, "[key]")
		}
		if err := m.checkKey(keyValue); err != nil {
			return &DecodeError{Path: "[key]", Offset: start, Err: err}
		}
		r.next()
		if err := m.value.decode(r, value); err != nil {
			return inEntry(err, keyValue)
		}
		v.SetMapIndex(keyValue, valueValue)
		if v.Len() != i+1 {
			return &DecodeError{Path: keyStep(keyValue), Offset: start, Err: ErrDuplicateKey}
		}
	}
	r.leave()
	dst.value(m.of).Set(v)
	return nil
}

func (m mapPlan) copy(dst, src address, left encodeBudget) error {
	from := src.value(m.of)
	if from.IsNil() {
		dst.value(m.of).SetZero()
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
		if err := m.checkKey(keyValue); err != nil {
			return &EncodeError{Path: "[key]", Err: err}
		}
		if err := m.key.copy(newKey, key, left); err != nil {
			return inStep(err, "[key]")
		}
		if err := m.checkKey(newKeyValue); err != nil { // its own form may give another one
			return &EncodeError{Path: "[key]", Err: err}
		}
		if err := m.value.copy(newElem, value, left); err != nil {
			return inEntry(err, keyValue)
		}
		to.SetMapIndex(newKeyValue, newElemValue)
	}
	if to.Len() != from.Len() {
		return &EncodeError{Path: "[key]", Err: ErrDuplicateKey}
	}
	dst.value(m.of).Set(to)
	return nil
}

func (m mapPlan) checkKey(key reflect.Value) error {
	if !m.check {
		return nil
	}
	return checkKey(key)
}

// scratch returns memory for one value, to go over the entries of a map with.
func (p *plan) scratch() (address, reflect.Value) {
	a := newValue(p.typ)
	return a, a.value(p)
}
