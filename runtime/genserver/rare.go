package genserver

import (
	"time"

	"github.com/starlang-go/starlang/pid/signal"
)

// rare has what most servers do not have most of the time: there may be millions.
type rare struct {
	outcome     *error             // where the error goes of what is handled; nil: nobody wants to know
	next        []any              // what HandleContinue is to be called with
	stop        *signal.ExitReason // nil: goes on
	last        *lastReply         // to be sent when the server has ended
	trace       *trace             // nil: none
	callTimeout time.Duration      // see Options
	formatting  <-chan struct{}    // closed when a format method that was late has returned; nil: none was
}

// rareOf returns what s has of it, and else nothing, which must not be written to.
func (s *server) rareOf() *rare {
	if s.rare == nil {
		return &noRare
	}
	return s.rare
}

var noRare rare

// makeRare returns what s has of it, made if it was not there.
func (s *server) makeRare() *rare {
	if s.rare == nil {
		s.rare = new(rare)
	}
	return s.rare
}

// takeNext takes what HandleContinue is to be called with next, unless the server stops.
func (s *server) takeNext() (v any, ok bool) {
	r := s.rare
	if r == nil || r.stop != nil {
		return nil, false
	}
	if len(r.next) > 0 {
		v, r.next = r.next[0], r.next[1:]
		return v, true
	}
	if r.next = nil; r.last == nil && r.trace == nil && r.callTimeout == 0 && r.formatting == nil {
		s.rare = nil
	}
	return nil, false
}
