package inspect

import (
	"cmp"
	"container/heap"
	"slices"
)

// first keeps those n of many values that come first in an order.
type first[T any] struct {
	n   int
	cmp func(a, b T) int
	all heapOf[T] // once it is full its root is the one that comes last
}

func firstN[T any](n int, cmp func(a, b T) int) *first[T] {
	return &first[T]{n: n, cmp: cmp, all: heapOf[T]{less: func(a, b T) bool { return cmp(a, b) > 0 }}}
}

func (f *first[T]) add(v T) {
	switch list := f.all.list; {
	case f.n <= 0:
	case len(list) < f.n:
		f.all.list = append(list, v)
		if len(f.all.list) == f.n {
			heap.Init(&f.all)
		}
	case f.cmp(v, list[0]) < 0:
		list[0] = v
		heap.Fix(&f.all, 0)
	}
}

// sorted returns the values, and must be called once.
func (f *first[T]) sorted() []T {
	slices.SortFunc(f.all.list, f.cmp)
	return f.all.list
}

// heapOf is a heap.Interface. It is not pushed to.
type heapOf[T any] struct {
	list []T
	less func(a, b T) bool
}

func (h *heapOf[T]) Len() int           { return len(h.list) }
func (h *heapOf[T]) Less(i, j int) bool { return h.less(h.list[i], h.list[j]) }
func (h *heapOf[T]) Swap(i, j int)      { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *heapOf[T]) Push(any)           { panic("inspect: push") }
func (h *heapOf[T]) Pop() any           { panic("inspect: pop") }

// bounded returns n, or otherwise if it is not positive, and at most limit.
func bounded[N cmp.Ordered](n, otherwise, limit N) N {
	var zero N
	if n <= zero {
		n = otherwise
	}
	return min(n, limit)
}
