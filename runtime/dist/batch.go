package dist

import (
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// A batch is delivered when it has so many messages or bytes, if not before.
const (
	maxBatch      = 512
	maxBatchBytes = 64 << 10

	// maxBatchedBytes is how long a message may be, encoded, for others to be waited for:
	// with a longer one there is little to be gained, and much may have to wait for room.
	maxBatchedBytes = 4 << 10
)

// batch has plain messages for one process that have arrived one behind the other: they
// are delivered together, with one look-up and one lock, and wake the process once.
type batch struct {
	to      pid.PID
	values  []any
	origins []origin // of the values
	bytes   int      // of all of them, encoded
}

// origin is what else there is to know about a message.
type origin struct {
	from pid.PID
	size int
}

// Message is [Peer.In] of a message to a process, already decoded, that may be delivered
// together with those behind it. It is delivered by [Peer.Flush] or before the next signal
// of another kind: so messages overtake nothing and nothing overtakes them. from is as
// in In, to is a process of this node.
func (p *Peer) Message(from, to pid.PID, v any, size int) {
	b := &p.batch
	if to != b.to {
		p.Flush()
	}
	if p.decoding.used.Load() > 0 && p.decoding.has(pair{to.ID(), from.ID()}) {
		env := signal.Envelope{Kind: signal.Message, From: from, Value: v}
		_ = p.In(Signal{Envelope: env, To: pid.Address{PID: to}, Size: size}) // a message is no error
		return
	}
	b.to = to
	b.values = append(b.values, v)
	b.origins = append(b.origins, origin{from, size})
	b.bytes += size
	if size > maxBatchedBytes || len(b.values) >= maxBatch || b.bytes >= maxBatchBytes || p.overflow.has(pair{to.ID(), from.ID()}) {
		p.Flush()
	}
}

// Flush delivers what [Peer.Message] has collected. The carrier calls it before it waits
// for more.
func (p *Peer) Flush() {
	b := &p.batch
	if len(b.values) == 0 {
		return
	}
	p.received.Add(uint64(len(b.values)))
	if !p.port.inlet.OfferAll(b.to, b.values) {
		for i, v := range b.values {
			env := signal.Envelope{Kind: signal.Message, From: b.origins[i].from, Value: v}
			p.deliver(&Signal{Envelope: env, To: pid.Address{PID: b.to}, Size: b.origins[i].size}, b.to)
		}
	}
	clear(b.values)
	b.values, b.origins, b.bytes = b.values[:0], b.origins[:0], 0
}
