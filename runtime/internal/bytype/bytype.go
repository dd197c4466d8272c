// Package bytype finds things by the type of a value, as fast as a type switch does.
package bytype

import (
	"reflect"
	"unsafe"
)

// ID stands for the type of a value: it is the first word of an interface that holds one.
// Two types never share it, and a type has one only. Nil has the zero ID. To compare two
// reflect.Types takes a function call.
type ID unsafe.Pointer

// Of returns the ID of v's type.
func Of(v any) ID { return ID((*[2]unsafe.Pointer)(unsafe.Pointer(&v))[0]) }

// OfType is [Of] the values of a type. No value has the type of an interface.
func OfType(t reflect.Type) ID { return Of(reflect.Zero(t).Interface()) }

// Index numbers types, from 1 on. The zero Index is empty. Goroutines may share one that is
// not changed any more.
//
// Invariant: each type is where its hash says, so that one look is enough, and [Index.Find]
// can be inlined. The compiler would not do that if it called anything, or were generic.
type Index struct {
	slots  []slot // their number is a power of two, or 0
	factor uint64
	n      int // that are taken
}

type slot struct {
	id ID // nil: free
	at int
}

// Find returns the number of a type, 0 if it has none.
func (x *Index) Find(id ID) int {
	if i := x.hash(id) & uint(len(x.slots)-1); i < uint(len(x.slots)) && x.slots[i].id == id {
		return x.slots[i].at
	}
	return 0
}

// hash is multiplicative: the upper bits depend on all of an address.
func (x *Index) hash(id ID) uint { return uint(uint64(uintptr(id)) * x.factor >> 32) }

// Add gives a type that has none the next number.
func (x *Index) Add(id ID) {
	all := make([]slot, 0, x.n+1)
	for _, s := range x.slots {
		if s.id != nil {
			all = append(all, s)
		}
	}
	x.n++
	x.spread(append(all, slot{id, x.n}))
}

// perSize is how many factors are tried before there are twice as many slots. With so many
// as there are types squared, each second one does.
const perSize = 64

// spread puts types where their hashes say, with a factor for which all of these differ.
func (x *Index) spread(all []slot) {
	size := 4
	for size < 2*len(all) {
		size *= 2
	}
	x.factor = 0x9e3779b97f4a7c15 // of Fibonacci hashing; any odd number would do
	for tried := 1; !x.fits(size, all); tried++ {
		x.factor = x.factor*6364136223846793005 + 1442695040888963407 | 1 // Knuth's generator
		if tried%perSize == 0 {
			size *= 2
		}
	}
}

// fits reports whether all have slots of their own among so many.
func (x *Index) fits(size int, all []slot) bool {
	x.slots = make([]slot, size)
	for _, s := range all {
		at := &x.slots[x.hash(s.id)&uint(size-1)]
		if at.id != nil {
			return false
		}
		*at = s
	}
	return true
}
