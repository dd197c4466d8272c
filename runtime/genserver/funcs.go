package genserver

import "github.com/starlang-go/starlang/pid/signal"

// Funcs is a server made of functions: for tests, and for servers too small to be a type
// of their own. Each function stands for the method of that name; what is nil is not
// handled. Its state is what the functions capture.
type Funcs struct {
	Init      func(ctx *Context) error
	Call      func(ctx *Context, from From, req any) (any, error)
	Cast      func(ctx *Context, msg any) error
	Info      func(ctx *Context, msg any) error
	Continue  func(ctx *Context, v any) error
	Timeout   func(ctx *Context) error
	Terminate func(ctx *Context, reason signal.ExitReason)
	// On are typed handlers. They are functions of any server:
	//
	//	genserver.On(func(_ any, ctx *genserver.Context, q Add) (int, error) { … })
	On Handlers
}

// funcServer is the server that Funcs stand for.
type funcServer struct {
	Funcs
}

// asServer returns the server that v is or stands for.
func asServer(v any) any {
	switch f := v.(type) {
	case Funcs:
		return &funcServer{f}
	case *Funcs:
		if f != nil {
			return &funcServer{*f}
		}
	}
	return v
}

func (s *funcServer) Init(ctx *Context) error {
	if s.Funcs.Init == nil {
		return nil
	}
	return s.Funcs.Init(ctx)
}

func (s *funcServer) HandleCall(ctx *Context, from From, req any) (any, error) {
	if s.Call == nil {
		return nil, ErrUnhandled
	}
	return s.Call(ctx, from, req)
}

func (s *funcServer) HandleCast(ctx *Context, msg any) error { return callFunc(s.Cast, ctx, msg) }

func (s *funcServer) HandleInfo(ctx *Context, msg any) error { return callFunc(s.Info, ctx, msg) }

func (s *funcServer) HandleContinue(ctx *Context, v any) error { return callFunc(s.Continue, ctx, v) }

func (s *funcServer) HandleTimeout(ctx *Context) error {
	if s.Timeout == nil {
		return ErrUnhandled
	}
	return s.Timeout(ctx)
}

func (s *funcServer) Terminate(ctx *Context, reason signal.ExitReason) {
	if s.Funcs.Terminate != nil {
		s.Funcs.Terminate(ctx, reason)
	}
}

func callFunc(f func(*Context, any) error, ctx *Context, v any) error {
	if f == nil {
		return ErrUnhandled
	}
	return f(ctx, v)
}
