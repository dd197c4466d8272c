package mailbox

// Sizes of chunks. A mailbox that seldom holds more than a message or two lives
// in one small allocation; a flood pays one allocation for maxChunk messages.
const (
	smallChunk  = 2
	chunkGrowth = 8
	maxChunk    = 256
)

// chunk is a run of messages in a linked list of runs. Unlike a slice that
// doubles, a list grows without copying what is queued while senders wait for
// the lock, and gives its memory back piece by piece as it is received.
type chunk[T any] struct {
	next  *chunk[T]
	first uint32 // items[first:end] wait to be received
	end   uint32
	items []T
	small [smallChunk]T // items of the first chunk, in the same allocation
}

func newChunk[T any](size int) *chunk[T] {
	c := new(chunk[T])
	if size <= smallChunk {
		c.items = c.small[:]
	} else {
		c.items = make([]T, size)
	}
	return c
}

func (c *chunk[T]) empty() bool { return c.first == c.end }

func (c *chunk[T]) full() bool { return int(c.end) == len(c.items) }

// pop takes the oldest message out. The chunk must not be empty.
func (c *chunk[T]) pop() T {
	var zero T
	v := c.items[c.first]
	c.items[c.first] = zero // what was received is not kept alive by the queue
	c.first++
	return v
}

// remove takes message i out; those before it keep their order. The shorter way
// is not looked for: a chunk is small.
func (c *chunk[T]) remove(i uint32) T {
	v := c.items[i]
	copy(c.items[c.first+1:i+1], c.items[c.first:i])
	var zero T
	c.items[c.first] = zero
	c.first++
	return v
}

// reset makes an empty chunk ready for use again.
func (c *chunk[T]) reset() {
	c.next, c.first, c.end = nil, 0, 0
}

// list is a queue of chunks: messages enter at last and leave at first. The zero
// list is empty.
type list[T any] struct {
	first, last *chunk[T]
}

// push adds v. spare, if not nil, is an empty chunk to use when one is needed;
// push reports whether it took it.
func (l *list[T]) push(v T, spare *chunk[T]) (tookSpare bool) {
	c := l.last
	if c == nil || c.full() {
		c, tookSpare = l.grow(spare)
	}
	c.items[c.end] = v
	c.end++
	return tookSpare
}

func (l *list[T]) grow(spare *chunk[T]) (c *chunk[T], tookSpare bool) {
	switch {
	case spare != nil:
		c, tookSpare = spare, true
		c.reset()
	case l.last == nil:
		c = newChunk[T](smallChunk)
	default:
		c = newChunk[T](min(len(l.last.items)*chunkGrowth, maxChunk))
	}
	if l.last == nil {
		l.first = c
	} else {
		l.last.next = c
	}
	l.last = c
	return c, tookSpare
}

func (l *list[T]) empty() bool { return l.first == nil || l.first.empty() && l.first == l.last }

// pop takes the oldest message out. The list must not be empty.
func (l *list[T]) pop() T {
	v := l.first.pop()
	l.dropEmpty()
	return v
}

// dropEmpty keeps the invariant that only a list's only chunk may be empty.
func (l *list[T]) dropEmpty() {
	if !l.first.empty() {
		return
	}
	if l.first == l.last {
		l.first.reset()
	} else {
		l.first = l.first.next
	}
}

// takeAll empties the list and returns its chunks, nil if nothing is queued.
func (l *list[T]) takeAll() *chunk[T] {
	if l.empty() {
		return nil
	}
	all := l.first
	*l = list[T]{}
	return all
}
