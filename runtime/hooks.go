package runtime

import "sync/atomic"

// hooks tells in one word, which every send and receive reads, whether there is anything
// to do but to send and to receive: values to carry, or messages to trace. It is 0 in
// most programs.
type hooks struct {
	word atomic.Int64
}

// The bits of the word. Above that for a propagator and that for its spans are the
// number of tracers that want to know of what is handled, and that of traced processes.
const (
	propagates = 1 << 0
	spans      = 1 << 1
	oneHandler = 1 << 2
	oneTraced  = 1 << 16

	handlers = oneTraced - oneHandler // the bits of that number
)

func (h *hooks) any() bool { return h.word.Load() != 0 }

func (h *hooks) carry() bool { return h.word.Load()&propagates != 0 }

func (h *hooks) trace() bool { return h.word.Load() >= oneTraced }

// measures reports whether a tracer wants to know of what is handled.
func (h *hooks) measures() bool { return h.word.Load()&handlers != 0 }

// spans reports whether the propagator has spans.
func (h *hooks) spans() bool { return h.word.Load()&spans != 0 }

// observed reports whether there is anything to do when something is handled.
func (h *hooks) observed() bool { return h.word.Load()&(handlers|spans) != 0 }

func (h *hooks) setPropagates(bits int64) { h.word.Or(bits) }

func (h *hooks) measured(by int64) { h.word.Add(by * oneHandler) }

func (h *hooks) traced(by int64) { h.word.Add(by * oneTraced) }
