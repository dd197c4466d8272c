package genserver

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// Cast sends a server a message for [OnCast] or HandleCast and does not wait for what
// becomes of it. It waits for room in a bounded mailbox, and for a connection that is
// full, until ctx ends at the most. The error, see [runtime.Send], is never fatal; nil
// says that the message was sent, not that it is handled. Source: OTP,
// gen_server:cast/2.
func Cast(ctx context.Context, ref Ref, msg any) error {
	return castBy(ctx, ref, msg, runtime.Send, runtime.SendNamed)
}

// TryCast is [Cast] that never waits: where Cast would it returns
// [runtime.ErrMailboxFull], or the error of a connection that is full.
func TryCast(ctx context.Context, ref Ref, msg any) error {
	return castBy(ctx, ref, msg, runtime.TrySend, runtime.TrySendNamed)
}

// CastOrDrop is [Cast] that never waits and drops a message for which there is no room, see
// [runtime.SendOrDrop].
func CastOrDrop(ctx context.Context, ref Ref, msg any) error {
	return castBy(ctx, ref, msg, runtime.SendOrDrop, runtime.SendNamedOrDrop)
}

func castBy(ctx context.Context, ref Ref, msg any,
	send func(context.Context, pid.PID, any) error,
	sendNamed func(context.Context, runtime.Named, any) error,
) error {
	ctx = plain(ctx)
	rt, ok := runtime.RuntimeFrom(ctx)
	if !ok {
		return runtime.ErrNotInProcess
	}
	if via, ok := ref.(runtime.Via); ok {
		v, err := term.Isolate(msg)
		if err != nil {
			return &runtime.SendError{Err: err}
		}
		return sendNamed(ctx, via, cast{v})
	}
	to, err := resolve(ctx, ref)
	if err != nil {
		return &runtime.SendError{To: to, Err: err}
	}
	v, err := isolated(rt, to, msg)
	switch {
	case err != nil:
		return &runtime.SendError{To: to, Err: err}
	case to.PID.IsZero():
		return sendNamed(ctx, to.Name, cast{v})
	}
	return send(ctx, to.PID, cast{v})
}
