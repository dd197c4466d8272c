package genserver

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/reply"
)

// Call sends a server a request and waits for the reply, whose type the request names:
// the compiler finds both type arguments. ctx is a process's [Context], or derives from
// one or from a [runtime.NewContext]; its deadline and cancellation bound the wait, and
// reach the handler, see [Context]. Without a deadline the limit is that of
// [runtime.Config].CallTimeout.
//
// Call returns at once, with a [*runtime.RuntimeError], when the server ends, with
// its exit reason; if it is gone already; when the process calls itself
// ([runtime.ErrCallSelf]); if the server does not know the request
// ([ErrUnhandled]); if the reply is of another type ([ErrReplyType]). An error
// that the server replied with is a [*ReplyError]. A reply that comes when Call
// has returned is dropped. Source: OTP, gen_server:call/3.
func Call[R any, Q Request[R]](ctx context.Context, ref Ref, q Q) (R, error) {
	return CallAs[R](ctx, ref, q)
}

// CallAs is [Call] of a request of any type, whose reply must be a Reply: for servers
// that route by themselves. A reply of nil is the zero value of a type that can be
// nil, or has no fields.
func CallAs[Reply any](ctx context.Context, ref Ref, req any) (Reply, error) {
	v, to, err := call(ctx, ref, req)
	if err != nil {
		var none Reply
		return none, err
	}
	return replyAs[Reply](to, v)
}

// call is [CallAs] of a reply of any type. It also returns whom it has called.
func call(ctx context.Context, ref Ref, req any) (any, pid.Address, error) {
	ctx = plain(ctx)
	to, err := resolve(ctx, ref)
	if err != nil {
		return nil, to, &runtime.RuntimeError{Op: "call", To: to, Err: err}
	}
	v, err := callAt(ctx, to, req)
	if err == nil {
		return v, to, nil
	}
	if other, found := lookAgain(ctx, ref, to, err); found {
		v, err = callAt(ctx, other, req)
		return v, other, err
	}
	return nil, to, err
}

func callAt(ctx context.Context, to pid.Address, req any) (any, error) {
	rt, ok := runtime.RuntimeFrom(ctx)
	if !ok {
		return nil, runtime.ErrNotInProcess
	}
	msg, err := wrap(ctx, rt, to, req)
	if err != nil {
		return nil, &runtime.RuntimeError{Op: "call", To: to, Err: err}
	}
	v, err := ask(ctx, to, msg)
	if err != nil {
		return nil, err
	}
	if f, failed := v.(failure); failed {
		return nil, f.callError(to, req)
	}
	return v, nil
}

// ask calls and returns whatever came back.
func ask(ctx context.Context, to pid.Address, msg any) (any, error) {
	if to.PID.IsZero() {
		return runtime.CallNamed[any](ctx, to.Name, msg)
	}
	return runtime.Call[any](ctx, to.PID, msg)
}

func replyAs[Reply any](to pid.Address, v any) (Reply, error) {
	r, err := reply.As[Reply](v, ErrReplyType)
	if err != nil {
		return r, &runtime.RuntimeError{Op: "call", To: to, Err: err}
	}
	return r, nil
}
