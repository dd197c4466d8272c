package term

import (
	"reflect"
	"unsafe"
)

// This file is the only one that knows unsafe. A plan is compiled once for a Go
// type and then handles values of it by their address, as compiled code would;
// through package reflect alone, encoding and decoding a small struct took about
// twice as long, and an isolated struct took two allocations instead of one.
//
// What makes it sound: every address comes from a pointer, a reflect.Value or an
// interface of the very type that the plan was compiled for, and is only moved
// within that value by what reflect says about its fields and elements. An
// address keeps its value alive as any pointer does.

// address is where a Go value is whose type the holder knows.
type address struct{ p unsafe.Pointer }

// at returns the value at a, which must be a T or have T's memory layout.
func at[T any](a address) *T { return (*T)(a.p) }

// addressOf returns the address of *v.
func addressOf[T any](v *T) address { return address{unsafe.Pointer(v)} }

// add returns the address n bytes on, in the same value.
func (a address) add(n uintptr) address { return address{unsafe.Add(a.p, n)} }

// pointee returns what the pointer at a points to.
func (a address) pointee() address { return address{*(*unsafe.Pointer)(a.p)} }

// setPointee makes the pointer at a point to b.
func (a address) setPointee(b address) { *(*unsafe.Pointer)(a.p) = b.p }

// isNil reports whether a is no address.
func (a address) isNil() bool { return a.p == nil }

// bytes returns the n bytes of memory at a.
func (a address) bytes(n uintptr) []byte { return unsafe.Slice((*byte)(a.p), n) }

// elements returns the address of the first element of the slice at a, and
// their number.
func (a address) elements() (first address, n int) {
	s := *(*[]struct{})(a.p) // the three words of any slice
	return address{unsafe.Pointer(unsafe.SliceData(s))}, len(s)
}

// value returns the value at a, of p's type, as an addressable reflect.Value.
func (a address) value(p *plan) reflect.Value { return reflect.ValueOf(a.pointer(p)).Elem() }

// pointer returns the pointer to the value at a, of p's type.
func (a address) pointer(p *plan) any { return boxPointer(p.pointerWord, a) }

// newValue allocates a zero value of type t.
func newValue(t reflect.Type) address { return address{reflect.New(t).UnsafePointer()} }

// typeWord is a type's identity: the first word of every interface that holds it.
type typeWord struct{ p unsafe.Pointer }

// number returns w as a number, to hash it by.
func (w typeWord) number() uintptr { return uintptr(w.p) }

// emptyInterface is how Go lays out an any: since Go 1.4, the type, and the value
// itself if it is a single pointer, else the address of a copy that nobody may
// change. A test holds it against the Go that it runs on.
type emptyInterface struct {
	word typeWord
	data unsafe.Pointer
}

// wordOf returns the identity of v's type, nil for nil.
func wordOf(v any) typeWord { return (*emptyInterface)(unsafe.Pointer(&v)).word }

// typeWordOf returns the identity of t.
func typeWordOf(t reflect.Type) typeWord {
	return typeWord{reflect.ValueOf(t).UnsafePointer()} // t holds the *rtype
}

// heldDirectly reports whether an interface holds a value of type t itself, as it
// may if that is as large as a pointer. The zero value tells: held directly, it
// is a nil pointer.
func heldDirectly(t reflect.Type) bool {
	if t.Size() != unsafe.Sizeof(uintptr(0)) {
		return false
	}
	zero := reflect.New(t).Elem().Interface()
	return (*emptyInterface)(unsafe.Pointer(&zero)).data == nil
}

// held returns the address of the value in v, which must not be changed there.
func held(v any, directly bool) address {
	if directly {
		return heldWord(v)
	}
	return heldPointee(v)
}

// heldWord returns the address of a copy of the pointer that v holds directly.
func heldWord(v any) address {
	word := heldPointee(v)
	return addressOf(&word)
}

// heldPointee returns what the pointer in v points to.
func heldPointee(v any) address { return address{(*emptyInterface)(unsafe.Pointer(&v)).data} }

// box returns the value at a, of the type that w identifies, as an interface.
// The value must have been made for this and nothing may change it any more.
func box(w typeWord, a address, directly bool) any {
	if directly {
		a = a.pointee()
	}
	e := emptyInterface{w, a.p}
	return *(*any)(unsafe.Pointer(&e))
}

// boxPointer returns the pointer to a, of the pointer type that w identifies, as
// an interface.
func boxPointer(w typeWord, a address) any {
	e := emptyInterface{w, a.p}
	return *(*any)(unsafe.Pointer(&e))
}
