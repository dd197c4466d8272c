package runtime

import "sync/atomic"

// hooks tells in one word, which every send and receive reads, whether there is anything
// to do but to send and to receive: values to carry, or messages to trace. It is 0 in
// most programs.
type hooks struct {
	word atomic.Int64
}

// propagates is the bit for a propagator; the bits above count traced processes.
const (
	propagates = 1
	oneTraced  = 2
)

func (h *hooks) any() bool { return h.word.Load() != 0 }

func (h *hooks) carry() bool { return h.word.Load()&propagates != 0 }

func (h *hooks) trace() bool { return h.word.Load() >= oneTraced }

func (h *hooks) setPropagates() { h.word.Or(propagates) }

func (h *hooks) traced(by int64) { h.word.Add(by * oneTraced) }
