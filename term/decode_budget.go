package term

import (
	"fmt"
	"math"
	"math/bits"
)

// decodeBudget is what the limits leave to the rest of a value that is being decoded.
type decodeBudget struct {
	depth    int // how many more arrays and maps may be open at once
	elements int // how many more elements and pairs there may be
	memory   int // how many more bytes the decoded value may take
	// owed counts the values that open arrays and maps have announced and that
	// did not begin yet. Each takes a byte, so there must be as many bytes left:
	// else a short encoding could, array in array, announce its own length again
	// and again, and memory be allocated for each.
	owed int
}

func (l Limits) decodeBudget() decodeBudget {
	l = l.withDefaults()
	return decodeBudget{depth: l.MaxDepth, elements: l.MaxElements, memory: int(min(l.MaxMemory, math.MaxInt))}
}

// enterArray reads the header of an array whose elements are decoded next. Each
// begins with a call of next, and after the last one comes leave.
func (r *Reader) enterArray() (int, error) {
	start := r.pos
	n, err := r.ReadArrayLen()
	if err != nil {
		return 0, err
	}
	return n, r.enter(start, n, n)
}

// enterMap reads the header of a map in the same way; next is called for each
// key and for each value.
func (r *Reader) enterMap() (int, error) {
	start := r.pos
	n, err := r.ReadMapLen()
	if err != nil {
		return 0, err
	}
	return n, r.enter(start, n, 2*n)
}

// enter takes a container of the given elements, which are so many values, out
// of the budget.
func (r *Reader) enter(start, elements, values int) error {
	q := &r.budget
	q.depth--
	q.elements -= elements
	q.owed += values
	switch {
	case q.owed > r.Len():
		return r.Fail(start, ErrTruncated)
	case q.elements < 0:
		return r.Fail(start, ErrTooMany)
	case q.depth < 0:
		return r.Fail(start, ErrTooDeep)
	}
	return nil
}

// next says that one of the values begins that an array or a map has announced.
func (r *Reader) next() { r.budget.owed-- }

// leave says that the array or map that was entered last is at its end.
func (r *Reader) leave() { r.budget.depth++ }

// Claim takes n bytes out of the memory that the decoded value may take, see
// [Limits].MaxMemory: for a Parser that allocates by a length which it has read. It
// returns a [*DecodeError] if there is not so much left, and n must not be allocated.
func (r *Reader) Claim(n ByteCount) error {
	if n < 0 {
		return r.Fail(r.pos, fmt.Errorf("%w: %d bytes of memory", ErrRange, n))
	}
	return r.claim(1, uintptr(min(uint64(n), math.MaxUint>>1)))
}

// claim takes n things of size bytes each out of the memory that there may be.
func (r *Reader) claim(n int, size uintptr) error {
	high, low := bits.Mul64(uint64(n), uint64(size))
	if high != 0 || low > uint64(r.budget.memory) {
		return r.Fail(r.pos, fmt.Errorf("%w: it takes more memory than the limit", ErrTooLarge))
	}
	r.budget.memory -= int(low)
	return nil
}
