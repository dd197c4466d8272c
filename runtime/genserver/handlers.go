package genserver

import (
	"context"
	"fmt"
	"reflect"

	"github.com/starlang-go/starlang/runtime/internal/bytype"
)

// Handled is a server with typed handlers.
type Handled interface {
	// Handlers returns what [Handle] does. It is called once for each type of
	// servers, before there is one: the receiver is nil, or zero. The handlers are
	// method expressions, such as (*counter).add.
	Handlers() Handlers
}

// Handlers are the typed handlers of a server, made by [Handle].
type Handlers struct {
	table *handlerTable
}

// Handler is one of them, made by [On], [OnDeferred], [OnCast] or [OnInfo]. The type
// of its request, or message, says for which it is called.
type Handler struct {
	kind   Kind
	typ    reflect.Type // of what it handles
	server reflect.Type // of the server
	call   handlerFunc
}

// handlerFunc calls a handler.
//
// Invariant: v has the type of its Handler, and s.impl one that can be assigned to that of
// its server: the start has checked that. ctx is that of the call, if v is a request.
type handlerFunc func(s *server, ctx *Context, v any) (any, error)

// On makes f the handler of calls with a Q, see [CallHandler]: f returns the reply.
func On[S, R any, Q Request[R]](f func(S, *Context, Q) (R, error)) Handler {
	h := handlerOf[S, Q](KindCall)
	if f != nil {
		h.call = func(s *server, ctx *Context, q any) (any, error) { return f(s.impl.(S), ctx, q.(Q)) }
	}
	return h
}

// OnDeferred makes f the handler of calls with a Q that are replied to later, by
// whoever has the [ReplyTo]. An error that f returns is the caller's.
func OnDeferred[S, R any, Q Request[R]](f func(S, *Context, ReplyTo[R], Q) error) Handler {
	h := handlerOf[S, Q](KindCall)
	if f != nil {
		h.call = func(s *server, ctx *Context, q any) (any, error) {
			from, _ := ctx.message.From()
			return NoReply, f(s.impl.(S), ctx, ReplyTo[R]{From(from)}, q.(Q))
		}
	}
	return h
}

// OnCast makes f the handler of casts of an M, see [CastHandler].
func OnCast[S, M any](f func(S, *Context, M) error) Handler { return onMessage(KindCast, f) }

// OnInfo makes f the handler of all other messages of type M, see [InfoHandler]: for
// example of signal.Down.
func OnInfo[S, M any](f func(S, *Context, M) error) Handler { return onMessage(KindInfo, f) }

func onMessage[S, M any](kind Kind, f func(S, *Context, M) error) Handler {
	h := handlerOf[S, M](kind)
	if f != nil {
		h.call = func(s *server, ctx *Context, m any) (any, error) { return nil, f(s.impl.(S), ctx, m.(M)) }
	}
	return h
}

func handlerOf[S, Q any](kind Kind) Handler {
	return Handler{kind: kind, typ: reflect.TypeFor[Q](), server: reflect.TypeFor[S]()}
}

// Handle puts handlers together. What they do not handle goes to HandleCall, HandleCast
// and HandleInfo, if the server has these. A doubled handler, a nil function and a
// handler for another type of servers are found when a server starts.
func Handle(handlers ...Handler) Handlers { return Handlers{newTable(handlers)} }

// Requires makes the start of a server fail that does not handle calls with these
// requests: for packages that publish them, since nobody else would notice a missing
// handler before the first call.
func (h Handlers) Requires(requests ...any) Handlers {
	if h.table == nil {
		h.table = newTable(nil)
	}
	for _, q := range requests {
		h.table.require(reflect.TypeOf(q))
	}
	return h
}

// ReplyTo is the return address of a call whose reply is an R: a [From] that knows the
// reply's type, under a name of its own since Go has no From beside a From[R]. It may be
// kept, and sent to any process, which then can reply in the server's place.
type ReplyTo[R any] struct {
	From From
}

// ImmutableTerm marks a ReplyTo as free to share between processes.
func (ReplyTo[R]) ImmutableTerm() {}

// Reply answers the call, see [From.Reply].
func (to ReplyTo[R]) Reply(ctx context.Context, v R) error { return to.From.Reply(ctx, v) }

// ReplyError answers the call with an error, see [From.ReplyError].
func (to ReplyTo[R]) ReplyError(ctx context.Context, err error) error {
	return to.From.ReplyError(ctx, err)
}

// handlerTable finds a handler by kind and type. It is not changed once a server has
// started with it.
type handlerTable struct {
	of  [KindInfo + 1]handlersByType
	err error // why no server can start with it
}

// handlersByType are the handlers of a kind of messages.
type handlersByType struct {
	index bytype.Index
	calls []handlerFunc // by their number in index; the first is nil
	list  []Handler
}

func newTable(handlers []Handler) *handlerTable {
	t := new(handlerTable)
	for i := range t.of {
		t.of[i].calls = make([]handlerFunc, 1, 2)
	}
	for _, h := range handlers {
		t.add(h)
	}
	return t
}

func (t *handlerTable) add(h Handler) {
	switch {
	case h.typ == nil:
		t.fail("an empty genserver.Handler")
		return
	case h.call == nil:
		t.fail("the handler of a %s with %v is a nil function", h.kind, h.typ)
		return
	case h.typ.Kind() == reflect.Interface:
		t.fail("the handler of a %s with %v is for an interface: no value has that type", h.kind, h.typ)
		return
	case t.of[h.kind].index.Find(bytype.OfType(h.typ)) != 0:
		t.fail("there are two handlers of a %s with %v", h.kind, h.typ)
		return
	}
	at := &t.of[h.kind]
	at.index.Add(bytype.OfType(h.typ))
	at.calls, at.list = append(at.calls, h.call), append(at.list, h)
}

func (t *handlerTable) fail(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf("%w: "+format, append([]any{ErrHandlers}, args...)...)
	}
}

func (t *handlerTable) require(request reflect.Type) {
	if request == nil || t.of[KindCall].index.Find(bytype.OfType(request)) == 0 {
		t.fail("there is none of a call with %v", request)
	}
}

func (h Handlers) checkFor(server reflect.Type) error {
	if h.table == nil {
		return nil
	}
	return h.table.checkFor(server)
}

// checkFor returns why a server of a type cannot start with t.
func (t *handlerTable) checkFor(server reflect.Type) error {
	if t.err != nil {
		return t.err
	}
	for _, at := range t.of {
		for _, h := range at.list {
			if !server.AssignableTo(h.server) {
				return fmt.Errorf("%w: the handler of a %s with %v is one of %v, the server is a %v", ErrHandlers, h.kind, h.typ, h.server, server)
			}
		}
	}
	return nil
}

// handlersOf returns the table of the servers of a type, nil if they have none.
func handlersOf(t reflect.Type) (table *handlerTable, err error) {
	if !t.Implements(reflect.TypeFor[Handled]()) {
		return nil, nil
	}
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%w: Handlers of %v panics: it is called once for all servers of the type, and has none to look at", ErrHandlers, t)
		}
	}()
	table = reflect.Zero(t).Interface().(Handled).Handlers().table
	if table == nil {
		table = newTable(nil)
	}
	return table, table.checkFor(t)
}
