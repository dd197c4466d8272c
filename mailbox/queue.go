package mailbox

// queue is a linked list of chunks: messages enter at last and leave at first.
// The zero queue is empty. Invariant: only a queue's only chunk may be empty.
type queue[T any] struct {
	first, last *chunk[T]
}

func (q *queue[T]) empty() bool { return q.first == nil || q.first.empty() }

// push adds v.
func (q *queue[T]) push(v T) {
	c := q.last
	if c == nil || c.full() {
		c = q.grow()
	}
	c.items[c.end] = v
	c.end++
}

// pushAll adds all of vs.
func (q *queue[T]) pushAll(vs []T) {
	for len(vs) > 0 {
		c := q.last
		if c == nil || c.full() {
			c = q.grow()
		}
		n := copy(c.items[c.end:], vs)
		c.end += uint16(n)
		vs = vs[n:]
	}
}

func (q *queue[T]) grow() *chunk[T] {
	if q.last == nil {
		q.reuse(newChunk[T](smallChunk))
		return q.last
	}
	c := q.last.takeSpare()
	if c == nil {
		c = newChunk[T](len(q.last.items) + 1)
	}
	q.last.next = c
	q.last = c
	return c
}

// reuse gives a queue that has no chunk an empty one.
func (q *queue[T]) reuse(c *chunk[T]) {
	c.reset()
	q.first, q.last = c, c
}

// head returns the oldest message, where it stands. The queue must not be empty.
func (q *queue[T]) head() *T { return &q.first.items[q.first.first] }

// pop takes the oldest message out. The queue must not be empty.
func (q *queue[T]) pop() T {
	v := q.first.pop()
	switch {
	case !q.first.empty():
	case q.first == q.last:
		q.first.reset()
	default:
		q.first = q.first.next
	}
	return v
}

// prepend moves all of older before what is in q. An empty chunk of either stays,
// to be used again.
func (q *queue[T]) prepend(older *queue[T]) {
	switch {
	case older.empty():
	case q.empty():
		*q, *older = *older, *q
	default:
		older.last.next = q.first
		q.first = older.first
		*older = queue[T]{}
	}
}

// takeAll empties the queue, which must not be empty, and returns its chunks.
func (q *queue[T]) takeAll() *chunk[T] {
	all := q.first
	*q = queue[T]{}
	return all
}

// takeChunk takes the chunk of an empty queue, or makes one if there is none.
func (q *queue[T]) takeChunk() *chunk[T] {
	c := q.first
	if c == nil {
		return newChunk[T](smallChunk)
	}
	*q = queue[T]{}
	return c
}

// giveBack lets the memory of an empty queue go if it is more than a mailbox at
// rest keeps.
func (q *queue[T]) giveBack() {
	if q.first != nil && q.empty() && len(q.first.items) > keptIdle {
		*q = queue[T]{}
	}
}

// each calls f with every message, the oldest first.
func (q *queue[T]) each(f func(*T)) {
	for c := q.first; c != nil; c = c.next {
		for i := c.first; i < c.end; i++ {
			f(&c.items[i])
		}
	}
}
