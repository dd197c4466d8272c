package genserver

import "context"

// ControlHandler is a server that is asked, and steered, by functions of its own kind:
// those of a supervisor, for one. Their requests are not for HandleCall: one that such a
// function is given the wrong server for never sees them.
type ControlHandler interface {
	// HandleControl answers a request of [Control] or [Inspect] as HandleCall answers
	// one of [Call].
	HandleControl(ctx *Context, from From, req any) (any, error)
}

// Control sends a server a request for HandleControl and waits for the reply, with the
// errors of [Call]. A server without HandleControl goes on as it was, and the error is
// [ErrUnhandled]. Within a node the request is handed over as it is, like a function's
// argument: it may hold what cannot be sent.
func Control[Reply any](ctx context.Context, ref Ref, req any) (Reply, error) {
	return steer[Reply](ctx, ref, sysRequest{Op: opControl, Arg: req})
}

// Inspect is [Control] of a request that changes nothing. A suspended server answers it,
// too.
func Inspect[Reply any](ctx context.Context, ref Ref, req any) (Reply, error) {
	return steer[Reply](ctx, ref, sysRequest{Op: opInspect, Arg: req})
}

func steer[Reply any](ctx context.Context, ref Ref, r sysRequest) (Reply, error) {
	v, to, err := askSystem(ctx, ref, r)
	if f, failed := v.(failure); failed {
		err = f.callError(to, r.Arg)
	}
	if err != nil {
		var none Reply
		return none, err
	}
	return replyAs[Reply](to, v)
}

// handleControl gives a request to HandleControl. It is no message: the server's timeout
// goes on.
func (s *server) handleControl(from From, req any) {
	h, ok := s.impl.(ControlHandler)
	if !ok {
		s.answer(from, nil, ErrUnhandled)
		return
	}
	reply, err := h.HandleControl(&s.ctx, from, req)
	s.answer(from, reply, err)
}

// waitsForResume reports whether a suspended server leaves a request in its mailbox.
func (r sysRequest) waitsForResume() bool { return r.Op == opControl }
