package mailbox

// Sizes of chunks. A mailbox that seldom holds more than a message or two lives
// in one small allocation; a flood pays one allocation for maxChunk messages.
const (
	smallChunk  = 2
	chunkGrowth = 8
	maxChunk    = 256

	// keptIdle is the number of messages that a mailbox at rest keeps room for. A
	// larger chunk, left from a burst, is given back when the receiver parks.
	keptIdle = 16
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

// remove takes message i out; the others keep their order. The shorter way to
// close the gap is not looked for: a chunk is small.
func (c *chunk[T]) remove(i uint32) T {
	v := c.items[i]
	copy(c.items[c.first+1:i+1], c.items[c.first:i])
	var zero T
	c.items[c.first] = zero
	c.first++
	c.shrink()
	return v
}

// shrink moves what is left of a large chunk to a small one, so that a message
// that nobody wants does not keep the room of 256.
func (c *chunk[T]) shrink() {
	n := int(c.end - c.first)
	if len(c.items) <= keptIdle || n == 0 || n > len(c.items)/4 {
		return
	}
	c.items = append(make([]T, 0, n), c.items[c.first:c.end]...)
	c.first, c.end = 0, uint32(n)
}

// reset makes an empty chunk ready for use again.
func (c *chunk[T]) reset() {
	c.next, c.first, c.end = nil, 0, 0
}
