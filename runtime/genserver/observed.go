package genserver

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/system"
)

// errNotReturned is the error of a method that has panicked, or called Goexit.
var errNotReturned = errors.New("the method has not returned")

// handleObserved is handleOne when somebody wants to know.
func (s *server) handleObserved(m runtime.Message) {
	h := runtime.Handling{Type: fmt.Sprintf("%T", s.impl), Kind: runtime.SpanSend, Value: m.Value()}
	if m.Kind() == runtime.KindCall {
		h.Kind = runtime.SpanCall
	}
	if w, is := h.Value.(system.Kinded); is {
		h.Kind, h.Value = w.Kind(), w.Unwrapped()
	}
	m, end := s.ctx.Context.BeginHandling(m, h)
	err := errNotReturned
	defer func() { end(err) }()
	outcome := error(nil)
	s.makeRare().outcome = &outcome
	s.handleOne(m)
	s.makeRare().outcome = nil
	err = outcome
}

// noteOutcome takes note of what a method has returned, if somebody wants to know.
func (s *server) noteOutcome(err error) {
	if o := s.rareOf().outcome; o != nil {
		*o = err
	}
}
