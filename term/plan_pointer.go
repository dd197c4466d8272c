package term

import (
	"reflect"

	"github.com/starlang-go/starlang/term/msgp"
)

// pointer compiles a pointer type. Nil travels as nil, all else as the pointee.
// So a pointer to what is nil itself arrives as a nil pointer.
func (c *compiler) pointer(p *plan) {
	p.isZero, p.tidy = firstWordIsNil, tidyIfNil
	if pointsToItself(p.typ) {
		p.refuse("", "%v %w: it never points to anything but itself", p.typ, ErrUnsendable)
		return
	}
	elem := c.plan(p.typ.Elem())
	p.elem = elem
	p.parts = []part{{"", elem}}
	p.encode = func(dst []byte, src address, left encodeBudget) ([]byte, error) {
		to := src.pointee()
		if to.isNil() {
			return msgp.AppendNil(dst), nil
		}
		return elem.encode(dst, to, left)
	}
	p.decode = func(r *Reader, dst address) error {
		if r.skipNil() {
			return nil
		}
		to, err := elem.decodeNew(r)
		if err == nil {
			dst.setPointee(to)
		}
		return err
	}
	p.copy = func(dst, src address, left encodeBudget) error {
		to, err := elem.copyNew(src.pointee(), left)
		if err == nil {
			dst.setPointee(to)
		}
		return err
	}
}

// decodeNew decodes a value into memory of its own.
func (p *plan) decodeNew(r *Reader) (address, error) {
	if err := r.claim(1, p.typ.Size()); err != nil {
		return address{}, err
	}
	a := p.alloc()
	return a, p.decode(r, a)
}

// alloc allocates a zero value of p's type.
func (p *plan) alloc() address {
	if form := p.wire.Load(); form != nil {
		return form.make() // by a Go function of the type: faster than reflection
	}
	return newValue(p.typ)
}

// copyNew copies what a pointer points to, which may be nothing.
func (p *plan) copyNew(src address, left encodeBudget) (address, error) {
	if src.isNil() {
		return src, nil
	}
	a := p.alloc()
	if err := p.copy(a, src, left); err != nil {
		return a, err
	}
	if nilable(p.typ.Kind()) && firstWordIsNil(a) {
		return address{}, nil // as it arrives from another node
	}
	return a, nil
}

func nilable(k reflect.Kind) bool {
	return k == reflect.Pointer || k == reflect.Slice || k == reflect.Map || k == reflect.Interface
}

// pointsToItself reports whether t is a type such as type P *P.
func pointsToItself(t reflect.Type) bool {
	seen := map[reflect.Type]bool{}
	for ; t.Kind() == reflect.Pointer; t = t.Elem() {
		if seen[t] {
			return true
		}
		seen[t] = true
	}
	return false
}
