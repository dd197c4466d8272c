package term

import (
	"reflect"

	"github.com/starlang-go/starlang/term/msgp"
)

// foreignCost bounds the memory that a decoding method, of a type that msgpack/v5
// decodes, can take for one MessagePack value in what it is given. msgpack/v5 knows
// no limits, and a nil of one byte may stand for an element of any size. The method
// may decode into any type that its own type consists of, hidden fields included, so
// the largest of these is what one value may cost. Into a type that its own does not
// mention it may decode as well; there only the floors hold.
type foreignCost struct {
	scalar uintptr // for numbers, texts and the like
	other  uintptr // for nil, arrays and maps, which can become values of any type
}

// floorCost is what a value costs at least: a string with its header, a small map.
var floorCost = foreignCost{scalar: 32, other: 128}

// foreignCostOf returns the cost for a decoding method of type t.
func foreignCostOf(t reflect.Type) foreignCost {
	cost := floorCost
	for t := range parts(t) {
		cost.other = max(cost.other, t.Size())
		if !isCompound(t) {
			cost.scalar = max(cost.scalar, t.Size())
		}
	}
	return foreignCost{2 * cost.scalar, 2 * cost.other} // msgpack/v5 allocates a slice and then grows one
}

// isCompound reports whether no scalar is decoded into a value of type t.
func isCompound(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return selfCodingOf(t) == notSelfCoding
	case reflect.Array:
		return t.Elem().Kind() != reflect.Uint8 && selfCodingOf(t) == notSelfCoding
	}
	return false
}

// parts returns t and all types that it mentions.
func parts(t reflect.Type) map[reflect.Type]bool {
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(t reflect.Type) {
		if seen[t] {
			return
		}
		seen[t] = true
		switch t.Kind() {
		case reflect.Map:
			visit(t.Key())
			visit(t.Elem())
		case reflect.Pointer, reflect.Slice, reflect.Array:
			visit(t.Elem())
		case reflect.Struct:
			for i := range t.NumField() {
				visit(t.Field(i).Type)
			}
		}
	}
	visit(t)
	return seen
}

// claimForeign takes what a decoding method can make of b, which is one valid value,
// out of the memory that there may be.
func (r *Reader) claimForeign(c foreignCost, b []byte) error {
	m := foreignMeter{b: b}
	m.values(1, 0)
	if err := r.claim(m.scalars, c.scalar); err != nil {
		return err
	}
	return r.claim(m.others+m.announced, c.other)
}

// foreignMeter counts the values in bytes that are known to be valid.
type foreignMeter struct {
	b               []byte
	scalars, others int
	// announced is the largest number of elements in arrays and maps that are open
	// at once. msgpack/v5 allocates for all of them when it has read the header,
	// and finds out afterwards that an element is no such value.
	announced int
}

// values passes over n values, inside of containers that have announced so many.
func (m *foreignMeter) values(n, announced int) {
	for range n {
		s := msgp.ShapeOf(m.b[0])
		size, head := int(s.Size(m.b)), 1+int(s.Head)
		switch {
		case s.Each > 0:
			m.others++
			m.b = m.b[head:]
			inside := size * int(s.Each)
			m.announced = max(m.announced, announced+inside)
			m.values(inside, announced+inside)
			continue
		case m.b[0] == msgp.CodeNil:
			m.others++
		default:
			m.scalars++
		}
		m.b = m.b[head+size:]
	}
}
