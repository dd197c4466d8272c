package runtime

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// Batch is messages from another node, all for one process and in this order, that are
// delivered together: see [Runtime.DeliverBatch]. The zero Batch is empty. It belongs to
// one goroutine.
type Batch struct {
	messages []Message
}

// Add adds a message. What is in v belongs to the receiver from now on.
func (b *Batch) Add(v any) { b.messages = append(b.messages, userMessage(v)) }

// Len returns how many messages there are.
func (b *Batch) Len() int { return len(b.messages) }

// Value returns message i as it was given to Add.
func (b *Batch) Value(i int) any { return b.messages[i].value }

// Clear makes b empty. It keeps the room for as many messages as there were, but
// nothing of these.
func (b *Batch) Clear() {
	clear(b.messages)
	b.messages = b.messages[:0]
}

// DeliverBatch brings in messages from another node. It does for each what
// [Runtime.Deliver] does with a nil context, but looks the process up and locks its
// mailbox once, and wakes it once. It returns how many the process has got and, if that
// is not all, what became of the next one.
func (rt *Runtime) DeliverBatch(to pid.PID, b *Batch) (taken int, err error) {
	if p, ok := rt.registry.Get(to); ok {
		taken, err = p.box.SendAll(b.messages)
		if err != nil {
			err = p.refused(err)
		}
		return taken, err
	}
	var noWait context.Context
	for i := range b.messages {
		env := signal.Envelope{Kind: signal.Message, Value: b.Value(i)}
		if err := rt.Deliver(noWait, pid.Address{PID: to}, env); err != nil {
			return i, err
		}
	}
	return b.Len(), nil
}
