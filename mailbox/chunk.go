package mailbox

// Sizes of chunks. A mailbox that seldom holds more than a message or two lives
// in one small allocation; a flood pays one allocation for maxChunk messages.
const (
	smallChunk  = 2
	mediumChunk = 16
	maxChunk    = 250 // a round number less the head, for the allocator's sizes

	// keptIdle is the number of messages that a mailbox at rest keeps room for. A
	// larger chunk, left from a burst, is given back when the receiver parks.
	keptIdle = mediumChunk

	// maxSpare is how many used chunks the receiver keeps for the senders, or twice
	// as many for a moment.
	maxSpare = 8
)

// chunk is a run of messages in a linked list of runs. Unlike a slice that
// doubles, a list grows without copying what is queued while senders wait for
// the lock, and gives its memory back piece by piece as it is received.
type chunk[T any] struct {
	next  *chunk[T]
	first uint16 // items[first:end] wait to be received
	end   uint16

	// batch is how many messages the receiver has taken over at once, or 65,535, in
	// the chunk that it is at.
	batch uint16

	numSpare uint16 // length of spares, in a chunk that is in no such list

	// spares is a list, linked by itself, of largest chunks that were used up before
	// this one: the receiver makes it longer, the senders take from it. So a flood
	// uses the same few again and again.
	spares *chunk[T]

	items []T
}

// newChunk returns an empty chunk with room for the given number of messages or the
// next larger size. Head and room are one allocation: the head of a chunk that is
// being received and that of one that is being filled do not share a cache line.
func newChunk[T any](size int) *chunk[T] {
	switch {
	case size <= smallChunk:
		c := new(struct {
			chunk[T]
			room [smallChunk]T
		})
		c.items = c.room[:]
		return &c.chunk
	case size <= mediumChunk:
		c := new(struct {
			chunk[T]
			room [mediumChunk]T
		})
		c.items = c.room[:]
		return &c.chunk
	default:
		c := new(struct {
			chunk[T]
			room [maxChunk]T
		})
		c.items = c.room[:]
		return &c.chunk
	}
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
func (c *chunk[T]) remove(i uint16) T {
	v := c.items[i]
	copy(c.items[c.first+1:i+1], c.items[c.first:i])
	var zero T
	c.items[c.first] = zero
	c.first++
	return v
}

// shrunk returns c or, if c is large and has little left in it, a small chunk with
// the same messages and the same place in the list: so one message that nobody
// wants does not keep the room of many.
func (c *chunk[T]) shrunk() *chunk[T] {
	left := c.items[c.first:c.end]
	if len(c.items) <= keptIdle || len(left) == 0 || len(left) > keptIdle {
		return c
	}
	s := newChunk[T](len(left))
	s.next, s.end = c.next, uint16(copy(s.items, left))
	return s
}

// advance returns the chunk after c, which is empty, and leaves c there as a spare.
func (c *chunk[T]) advance() *chunk[T] {
	next := c.next
	next.batch = c.batch
	if len(c.items) < maxChunk || next.numSpare+c.numSpare >= maxSpare {
		return next
	}
	c.reset()
	if next.spares != nil {
		last := c
		for last.spares != nil {
			last = last.spares
		}
		last.spares = next.spares
	}
	next.spares = c
	next.numSpare += c.numSpare + 1
	return next
}

// takeSpare takes a chunk from c's spares, and hands it the rest of them. It returns
// nil if there are none.
func (c *chunk[T]) takeSpare() *chunk[T] {
	s := c.spares
	if s != nil {
		s.numSpare = c.numSpare - 1
		c.spares, c.numSpare = nil, 0
	}
	return s
}

// reset makes an empty chunk ready for use again.
func (c *chunk[T]) reset() {
	c.next, c.first, c.end = nil, 0, 0
}
