package statem

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/internal/bytype"
)

// Handler is a typed handler of a state, made by [OnCall], [OnCast], [OnInfo] or
// [OnTimeout].
type Handler[S comparable, D any] struct {
	kind  Kind
	typ   reflect.Type // of the content; nil for a timeout
	timer Timer        // of a timeout
	call  func(c *Context[S, D], ev Event) (S, error)
}

// Handlers are the typed handlers of a state, made by [Handle].
type Handlers[S comparable, D any] struct {
	list []Handler[S, D]
	of   *[Timeout]contentHandlers[S, D] // by kind; nil: there are none
}

// contentHandlers are the handlers of a kind of events by the type of their content.
type contentHandlers[S comparable, D any] struct {
	index bytype.Index
	list  []*Handler[S, D] // by their number in index; the first is nil
}

// Handle puts handlers together. A doubled handler and a nil function are found when a
// machine starts.
func Handle[S comparable, D any](handlers ...Handler[S, D]) Handlers[S, D] {
	handlers = slices.Clone(handlers)
	hs := Handlers[S, D]{list: handlers, of: new([Timeout]contentHandlers[S, D])}
	for i := range hs.of {
		hs.of[i].list = make([]*Handler[S, D], 1)
	}
	for i := range handlers {
		if h := &handlers[i]; h.typ != nil && h.typ.Kind() != reflect.Interface {
			hs.of[h.kind].add(h)
		}
	}
	return hs
}

// add adds a handler. A second one for the same type is left to check.
func (cs *contentHandlers[S, D]) add(h *Handler[S, D]) {
	if id := bytype.OfType(h.typ); cs.index.Find(id) == 0 {
		cs.index.Add(id)
		cs.list = append(cs.list, h)
	}
}

// OnCall makes f the handler of calls with a Q, whose reply is an R: see [Reply].
func OnCall[S comparable, D, R any, Q genserver.Request[R]](f func(c *Context[S, D], to genserver.ReplyTo[R], q Q) (S, error)) Handler[S, D] {
	h := Handler[S, D]{kind: Call, typ: reflect.TypeFor[Q]()}
	if f != nil {
		h.call = func(c *Context[S, D], ev Event) (S, error) {
			return f(c, genserver.ReplyTo[R]{From: ev.From}, ev.Content.(Q))
		}
	}
	return h
}

// OnCast makes f the handler of casts of an M.
func OnCast[S comparable, D, M any](f func(c *Context[S, D], m M) (S, error)) Handler[S, D] {
	return onContent(Cast, f)
}

// OnInfo makes f the handler of messages of type M.
func OnInfo[S comparable, D, M any](f func(c *Context[S, D], m M) (S, error)) Handler[S, D] {
	return onContent(Info, f)
}

// OnInternal makes f the handler of inserted events with an M, see [Context.Insert].
func OnInternal[S comparable, D, M any](f func(c *Context[S, D], m M) (S, error)) Handler[S, D] {
	return onContent(Internal, f)
}

// OnTimeout makes f the handler of the end of a timer's time. content is what the
// timeout was set with.
func OnTimeout[S comparable, D any](timer Timer, f func(c *Context[S, D], content any) (S, error)) Handler[S, D] {
	h := Handler[S, D]{kind: Timeout, timer: timer}
	if f != nil {
		h.call = func(c *Context[S, D], ev Event) (S, error) { return f(c, ev.Content) }
	}
	return h
}

func onContent[S comparable, D, M any](kind Kind, f func(*Context[S, D], M) (S, error)) Handler[S, D] {
	h := Handler[S, D]{kind: kind, typ: reflect.TypeFor[M]()}
	if f != nil {
		h.call = func(c *Context[S, D], ev Event) (S, error) { return f(c, ev.Content.(M)) }
	}
	return h
}

// Reply is [Context.Reply] to a call whose reply is an R, now or in a later state.
func Reply[S comparable, D, R any](c *Context[S, D], to genserver.ReplyTo[R], v R) {
	c.Reply(to.From, v)
}

// find returns the handler of an event, nil if there is none.
func (hs Handlers[S, D]) find(ev Event) *Handler[S, D] {
	if hs.of == nil {
		return nil
	}
	if ev.Kind < Timeout {
		of := &hs.of[ev.Kind]
		return of.list[of.index.Find(bytype.Of(ev.Content))]
	}
	for i := range hs.list {
		if h := &hs.list[i]; h.kind == Timeout && h.timer == ev.Timer {
			return h
		}
	}
	return nil
}

// check returns why no machine can start with hs.
func (hs Handlers[S, D]) check() error {
	for i, h := range hs.list {
		switch {
		case h.call == nil && h.typ == nil && h.timer == "":
			return fmt.Errorf("%w: an empty statem.Handler", genserver.ErrHandlers)
		case h.call == nil:
			return fmt.Errorf("%w: the handler of %s is a nil function", genserver.ErrHandlers, h)
		case h.typ != nil && h.typ.Kind() == reflect.Interface:
			return fmt.Errorf("%w: the handler of %s is for an interface: no value has that type", genserver.ErrHandlers, h)
		case h.kind == Timeout && !h.timer.valid():
			return fmt.Errorf("%w: timer %q is none of a machine's", genserver.ErrHandlers, string(h.timer))
		}
		for _, other := range hs.list[:i] {
			if other.kind == h.kind && other.typ == h.typ && other.timer == h.timer {
				return fmt.Errorf("%w: there are two handlers of %s", genserver.ErrHandlers, h)
			}
		}
	}
	return nil
}

// String says what h handles.
func (h Handler[S, D]) String() string {
	if h.kind == Timeout {
		return fmt.Sprintf("timer %q", h.timer.String())
	}
	return fmt.Sprintf("%s with %v", h.kind, h.typ)
}

// handle lets the state handle an event.
func (s State[S, D]) handle(c *Context[S, D], ev Event) (S, error) {
	if h := s.On.find(ev); h != nil {
		return h.call(c, ev)
	}
	if s.Handle == nil {
		return c.State(), genserver.ErrUnhandled
	}
	return s.Handle(c, ev)
}

// handles reports whether the state can do anything.
func (s State[S, D]) handles() bool { return s.Handle != nil || len(s.On.list) > 0 }

// checkHandlers returns why a machine cannot start with its typed handlers.
func (m *machine[S, D]) checkHandlers() error {
	for name, state := range m.spec.States {
		if err := state.On.check(); err != nil {
			return fmt.Errorf("state %v: %w", name, err)
		}
	}
	return m.spec.Default.On.check()
}
