package remote

import (
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// A batch is delivered when it has so many messages or bytes, if not before.
const (
	maxBatch      = 512
	maxBatchBytes = 64 << 10
)

// batch has plain messages for one process that came one behind the other in what the
// reader has read: they are delivered together, with one look-up and one lock, and
// wake the process once. The reader delivers them before it acts on any other frame,
// so they overtake nothing and nothing overtakes them, and before it reads again, so
// they wait for nothing but the decoding of each other.
type batch struct {
	to       uint64
	messages runtime.Batch
	origins  []origin // of the messages
	bytes    int      // of all of them, encoded
}

// origin is what else there is to know about a message.
type origin struct {
	from uint64
	size int
}

// add adds a message for to, the process that the batch is for unless it is empty.
func (b *batch) add(from, to uint64, v any, size int) {
	b.to = to
	b.messages.Add(v)
	b.origins = append(b.origins, origin{from, size})
	b.bytes += size
}

func (b *batch) full() bool { return len(b.origins) >= maxBatch || b.bytes >= maxBatchBytes }

func (b *batch) clear() {
	b.messages.Clear()
	b.origins, b.bytes = b.origins[:0], 0
}

// deliverBatch delivers what the reader has collected.
func (c *conn) deliverBatch() {
	b := &c.batch
	if len(b.origins) == 0 {
		return
	}
	c.received.Add(uint64(len(b.origins)))
	taken, err := c.node.rt.DeliverBatch(pid.New(c.node.self, b.to), &b.messages)
	if err != nil { // each of the rest is put aside or dropped
		for i := taken; i < len(b.origins); i++ {
			env := signal.Envelope{Kind: signal.Message, From: c.remote(b.origins[i].from), Value: b.messages.Value(i)}
			c.node.arrive(b.to, arrival{conn: c, env: env, size: b.origins[i].size})
		}
	}
	b.clear()
}
