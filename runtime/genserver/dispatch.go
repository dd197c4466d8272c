package genserver

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/bytype"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
)

// handle brings one message to the method that it is for, unless an exit signal has
// come since the message was received.
func (s *server) handle(m runtime.Message) {
	switch {
	case !s.alive():
	case s.ctx.Observed():
		s.handleObserved(m)
	default:
		s.handleOne(m)
	}
}

func (s *server) handleOne(m runtime.Message) {
	switch m.Kind() {
	case runtime.KindCall:
		s.handleRequest(m)
	case runtime.KindSystem:
		s.handleSystem(m)
	default:
		if c, ok := m.Value().(cast); ok {
			s.counts.casts++
			s.handleMessage(s.contextOf(m), KindCast, c.Value)
		} else {
			s.handleInfo(s.contextOf(m), m.Value())
		}
	}
}

func (s *server) handleRequest(m runtime.Message) {
	to, _ := m.From()
	from := From(to)
	switch r := m.Value().(type) {
	case sysRequest:
		s.system(from, r)
	case request:
		s.handleCall(s.contextOf(m), from, r.Value)
	default:
		s.handleCall(s.contextOf(m), from, r)
	}
}

func (s *server) handleCall(ctx *Context, from From, req any) {
	s.resetTimes()
	s.counts.calls++
	if !s.note(KindCall, from.PID, req) {
		return
	}
	if handle := s.typed(KindCall, req); handle != nil {
		reply, err := handle(s, ctx, req)
		s.answer(from, reply, err)
		return
	}
	reply, err := s.callUntyped(ctx, from, req)
	s.answer(from, reply, err)
}

// answer replies with what a method has returned, unless it has none or the server stops:
// then the reply goes out after Terminate.
func (s *server) answer(from From, reply any, err error) {
	s.noteOutcome(err)
	if err != nil {
		reply = failureOf(err)
	}
	switch {
	case reply == NoReply:
	case s.rareOf().stop != nil:
		s.rare.last = &lastReply{from, reply}
	default:
		_ = from.Reply(s.ctx.Context, reply) // fails only if the caller is told, or is out of reach
	}
}

func (s *server) callUntyped(ctx *Context, from From, req any) (any, error) {
	h, ok := s.impl.(CallHandler)
	if !ok {
		return nil, ErrUnhandled
	}
	return h.HandleCall(ctx, from, req)
}

// typed returns the typed handler for a value, nil if there is none. It must be small enough
// to be inlined: then a dispatch takes no longer than that of a type switch.
func (s *server) typed(kind Kind, v any) handlerFunc {
	if s.handlers == nil {
		return nil
	}
	at := &s.handlers.of[kind]
	return at.calls[at.index.Find(bytype.Of(v))]
}

func (s *server) handleInfo(ctx *Context, msg any) {
	s.counts.infos++
	s.handleMessage(ctx, KindInfo, msg)
}

// handleMessage brings what has no caller to its method.
func (s *server) handleMessage(ctx *Context, kind Kind, msg any) {
	s.resetTimes()
	if !s.note(kind, noPID, msg) {
		return
	}
	s.after(kind.noun(), msg, s.message(ctx, kind, msg))
}

// message calls the method for a kind of message.
func (s *server) message(ctx *Context, kind Kind, msg any) error {
	if handle := s.typed(kind, msg); handle != nil {
		_, err := handle(s, ctx, msg)
		return err
	}
	switch kind {
	case KindCast:
		if h, ok := s.impl.(CastHandler); ok {
			return h.HandleCast(ctx, msg)
		}
	case KindInfo:
		if h, ok := s.impl.(InfoHandler); ok {
			return h.HandleInfo(ctx, msg)
		}
	}
	return ErrUnhandled
}

// handleSystem handles an exit, down or timeout.
func (s *server) handleSystem(m runtime.Message) {
	v := m.Value()
	if s.isStop(v) {
		s.ctx.Stop(v.(signal.Exit).Reason)
		return
	}
	s.handleInfo(&s.ctx, v)
}

// isStop reports whether v is an exit signal for which the server stops as it is,
// without being asked: that of its parent, or of the program, whose sender is the
// zero PID and which shuts a runtime down. Source: OTP, gen_server:terminate/2,
// "if the gen_server process … traps exit signals" and its parent ends.
func (s *server) isStop(v any) bool {
	exit, ok := v.(signal.Exit)
	return ok && (exit.From.IsZero() || s.linked && exit.From == s.ctx.Parent())
}

// timeout handles the end of the server's timeout.
func (s *server) timeout() {
	if !s.alive() {
		return
	}
	s.resetTimes()
	s.counts.infos++
	s.note(KindTimeout, noPID, nil) // of which nothing is formatted
	h, ok := s.impl.(TimeoutHandler)
	if !ok {
		s.reportUnhandled("timeout", nil)
		return
	}
	s.after("timeout", nil, h.HandleTimeout(&s.ctx))
}

// reportUnhandled tells of something that the server does not know. The type
// alone is told: the value may be secret.
func (s *server) reportUnhandled(what string, v any) {
	inlet.Of(s.ctx.Runtime()).Logger().LogAttrs(context.Background(), slog.LevelWarn, "server does not handle a "+what,
		slog.String("pid", s.ctx.PID().String()),
		slog.String("server", fmt.Sprintf("%T", s.impl)),
		slog.String("type", fmt.Sprintf("%T", v)))
}
