package mailbox

// queue is a linked list of chunks: messages enter at last and leave at first.
// The zero queue is empty. Invariant: only a queue's only chunk may be empty.
type queue[T any] struct {
	first, last *chunk[T]
}

func (q *queue[T]) empty() bool { return q.first == nil || q.first.empty() }

// push adds v. spare, if not nil, is an empty chunk to use when one is needed;
// push reports whether it took it.
func (q *queue[T]) push(v T, spare *chunk[T]) (tookSpare bool) {
	c := q.last
	if c == nil || c.full() {
		c, tookSpare = q.grow(spare)
	}
	c.items[c.end] = v
	c.end++
	return tookSpare
}

func (q *queue[T]) grow(spare *chunk[T]) (c *chunk[T], tookSpare bool) {
	switch {
	case spare != nil:
		c, tookSpare = spare, true
		c.reset()
	case q.last == nil:
		c = newChunk[T](smallChunk)
	default:
		c = newChunk[T](min(len(q.last.items)*chunkGrowth, maxChunk))
	}
	if q.last == nil {
		q.first = c
	} else {
		q.last.next = c
	}
	q.last = c
	return c, tookSpare
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

// takeAll empties the queue and returns its chunks, nil if nothing is queued.
func (q *queue[T]) takeAll() *chunk[T] {
	if q.empty() {
		return nil
	}
	all := q.first
	*q = queue[T]{}
	return all
}

// giveBack lets the memory of an empty queue go if it is more than a mailbox at
// rest keeps.
func (q *queue[T]) giveBack() {
	if q.first != nil && q.empty() && len(q.first.items) > keptIdle {
		*q = queue[T]{}
	}
}
