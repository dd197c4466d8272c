package term

import (
	"fmt"
	"reflect"
)

// iface compiles an interface type: its values travel with their types.
func (c *compiler) iface(p *plan) {
	p.isZero = firstWordIsNil
	load := func(a address) any { return *at[any](a) }
	store := func(a address, v any) error { *at[any](a) = v; return nil }
	if p.typ.NumMethod() > 0 {
		load, store = p.loadInterface, p.storeInterface
	}
	p.tidy = func(a address, left encodeBudget) bool { return isTidy(load(a), left) }
	p.encode = func(dst []byte, src address, left encodeBudget) ([]byte, error) {
		return appendAny(dst, load(src), left)
	}
	p.decode = func(r *Reader, dst address) error {
		start := r.pos
		v, err := readAny(r)
		if err != nil {
			return err
		}
		if p.typ == errorType {
			v = restored(v)
		}
		if err := store(dst, v); err != nil {
			return r.Fail(start, err)
		}
		return nil
	}
	p.copy = func(dst, src address, left encodeBudget) error {
		v, err := copyAny(load(src), left)
		if err != nil {
			return err
		}
		if err := store(dst, v); err != nil {
			return &EncodeError{Err: err}
		}
		return nil
	}
	if p.typ == errorType {
		errorInterface(p, load, store)
	}
}

// loadInterface returns what is in the interface with methods at a.
func (p *plan) loadInterface(a address) any {
	if firstWordIsNil(a) {
		return nil
	}
	return a.value(p).Elem().Interface()
}

// storeInterface puts v into the interface with methods at a.
func (p *plan) storeInterface(a address, v any) error {
	if v == nil {
		a.value(p).SetZero()
		return nil
	}
	rv := reflect.ValueOf(v)
	if !rv.Type().Implements(p.typ) {
		return fmt.Errorf("%w: %T is no %v", ErrMismatch, v, p.typ)
	}
	a.value(p).Set(rv)
	return nil
}
