package term

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/starlang-go/starlang/term/msgp"
)

func (c *compiler) slice(p *plan) {
	p.isZero = firstWordIsNil
	p.tidy = func(a address, left encodeBudget) bool { return cap(*at[[]struct{}](a)) == 0 && left.depth > 0 }
	elem := c.plan(p.typ.Elem())
	if isByte(elem) {
		byteSlice(p)
		return
	}
	p.parts = []part{{"[]", elem}}
	size := p.typ.Elem().Size()
	makeOf, copyOf := sliceFuncs(p, elem)
	p.encode = func(dst []byte, src address, left encodeBudget) ([]byte, error) {
		first, n := src.elements()
		if first.isNil() {
			return msgp.AppendNil(dst), nil
		}
		return encodeElements(dst, elem, first, n, left)
	}
	p.decode = func(r *Reader, dst address) error {
		if r.skipNil() {
			return nil
		}
		n, err := r.enterArray()
		if err != nil {
			return err
		}
		if err := r.claim(n, size); err != nil {
			return err
		}
		makeOf(dst, n)
		first, _ := dst.elements()
		return decodeElements(r, elem, first, n)
	}
	p.copy = func(dst, src address, left encodeBudget) error {
		from, n := src.elements()
		if from.isNil() {
			*at[[]struct{}](dst) = nil
			return nil
		}
		if elem.plain {
			copyOf(dst, src)
			_, err := left.enter(nil)
			return err
		}
		makeOf(dst, n)
		to, _ := dst.elements()
		return copyElements(elem, to, from, n, left)
	}
}

func (c *compiler) array(p *plan) {
	elem := c.plan(p.typ.Elem())
	n, size := p.typ.Len(), p.typ.Elem().Size()
	p.isZero = func(a address) bool {
		for i := range n {
			if !elem.isZero(a.add(uintptr(i) * size)) {
				return false
			}
		}
		return true
	}
	if isByte(elem) {
		byteArray(p)
		return
	}
	p.parts = []part{{"[]", elem}}
	p.encode = func(dst []byte, src address, left encodeBudget) ([]byte, error) {
		return encodeElements(dst, elem, src, n, left)
	}
	p.decode = func(r *Reader, dst address) error {
		start := r.pos
		if r.skipNil() {
			return nil
		}
		got, err := r.enterArray()
		if err != nil {
			return err
		}
		if got != n {
			return r.Fail(start, fmt.Errorf("%w: %d elements where %v has %d", ErrMismatch, got, p.typ, n))
		}
		return decodeElements(r, elem, dst, n)
	}
	p.copy = func(dst, src address, left encodeBudget) error {
		return copyElements(elem, dst, src, n, left)
	}
	tidy := func(a address, left encodeBudget) bool {
		left.depth--
		for i := range n {
			if !elem.tidy(a.add(uintptr(i)*size), left) {
				return false
			}
		}
		return true
	}
	p.settle = func(c *compiler) {
		c.settle(elem)
		p.skips = elem.skips
		switch {
		case elem.plain:
			p.copyMemory()
		case elem.tidy != nil:
			p.tidy = tidy
		}
	}
}

func encodeElements(dst []byte, elem *plan, first address, n int, left encodeBudget) ([]byte, error) {
	left, err := left.enter(dst)
	if err != nil {
		return dst, err
	}
	if err := checkLen(n); err != nil {
		return dst, err
	}
	dst = msgp.AppendArrayLen(dst, n)
	size := elem.typ.Size()
	for i := range n {
		if dst, err = elem.encode(dst, first.add(uintptr(i)*size), left); err != nil {
			return dst, inElement(err, i)
		}
	}
	return dst, nil
}

// decodeElements decodes the elements of the array that r has entered.
func decodeElements(r *Reader, elem *plan, first address, n int) error {
	size := elem.typ.Size()
	for i := range n {
		r.next()
		if err := elem.decode(r, first.add(uintptr(i)*size)); err != nil {
			return inElement(err, i)
		}
	}
	r.leave()
	return nil
}

func copyElements(elem *plan, to, from address, n int, left encodeBudget) error {
	left, err := left.enter(nil)
	if err != nil {
		return err
	}
	size := elem.typ.Size()
	for i := range n {
		offset := uintptr(i) * size
		if err := elem.copy(to.add(offset), from.add(offset), left); err != nil {
			return inElement(err, i)
		}
	}
	return nil
}

// sliceFuncs returns how to set dst, a slice of p's type, to n new zero elements,
// and how to set it to a copy of another one whose elements are plain.
func sliceFuncs(p, elem *plan) (makeOf func(dst address, n int), copyOf func(dst, src address)) {
	switch elem.typ.Kind() { // the commonest without reflection, in a third of the time
	case reflect.Int, reflect.Uint:
		return makeSlice[uint], copySlice[uint]
	case reflect.Int64, reflect.Uint64, reflect.Float64:
		return makeSlice[uint64], copySlice[uint64]
	case reflect.Int32, reflect.Uint32, reflect.Float32:
		return makeSlice[uint32], copySlice[uint32]
	case reflect.String:
		return makeSlice[string], copySlice[string]
	case reflect.Interface:
		if elem.typ.NumMethod() == 0 {
			return makeSlice[any], copySlice[any]
		}
	}
	makeOf = func(dst address, n int) { dst.value(p).Set(reflect.MakeSlice(p.typ, n, n)) }
	copyOf = func(dst, src address) {
		_, n := src.elements()
		makeOf(dst, n)
		reflect.Copy(dst.value(p), src.value(p))
	}
	return makeOf, copyOf
}

// makeSlice is for all slices whose elements lie in memory as a T does.
func makeSlice[T any](dst address, n int) { *at[[]T](dst) = make([]T, n) }

func copySlice[T any](dst, src address) {
	from := *at[[]T](src)
	to := make([]T, len(from))
	copy(to, from)
	*at[[]T](dst) = to
}

// isByte reports whether elements of type e travel together, as bytes.
func isByte(e *plan) bool { return e.typ.Kind() == reflect.Uint8 && e.coding == notSelfCoding }

func byteSlice(p *plan) {
	p.encode = func(dst []byte, src address, _ encodeBudget) ([]byte, error) {
		b := *at[[]byte](src)
		if err := checkLen(len(b)); err != nil {
			return dst, err
		}
		return msgp.AppendBytes(dst, b), nil
	}
	p.decode = func(r *Reader, dst address) (err error) {
		*at[[]byte](dst), err = r.ReadBytes()
		return err
	}
	p.copy = func(dst, src address, _ encodeBudget) error {
		*at[[]byte](dst) = bytes.Clone(*at[[]byte](src))
		return nil
	}
}

func byteArray(p *plan) {
	n := p.typ.Size()
	p.encode = func(dst []byte, src address, _ encodeBudget) ([]byte, error) {
		return msgp.AppendBytes(dst, src.bytes(n)), nil
	}
	p.decode = func(r *Reader, dst address) error {
		start := r.pos
		b, err := r.ReadView()
		if err != nil {
			return r.nilOr(start, err)
		}
		if len(b) != int(n) {
			return r.Fail(start, fmt.Errorf("%w: %d bytes where %v has %d", ErrMismatch, len(b), p.typ, n))
		}
		copy(dst.bytes(n), b)
		return nil
	}
	p.copyMemory()
}

// firstWordIsNil reports whether a pointer, slice, map or interface is nil.
func firstWordIsNil(a address) bool { return a.pointee().isNil() }

func tidyIfNil(a address, _ encodeBudget) bool { return firstWordIsNil(a) }
