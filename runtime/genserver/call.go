package genserver

import (
	"context"
	"fmt"
	"reflect"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// Call sends a server a request and waits for the reply, which must be a Reply.
// ctx is a process's [Context], or derives from one or from a [runtime.NewContext]; its
// deadline and cancellation bound the wait, and reach the handler, see
// [Context.CallContext]. Without a deadline the limit is [runtime.Config].CallTimeout.
//
// Call returns at once, with a [*runtime.RuntimeError], when the server ends, with
// its exit reason; if it is gone already; when the process calls itself
// ([runtime.ErrCallSelf]); if the server does not know the request
// ([ErrUnhandled]); if the reply is of another type ([ErrReplyType]). An error
// that the server replied with is a [*ReplyError]. A reply that comes when Call
// has returned is dropped. A reply of nil is the zero value of a type that can be
// nil, or has no fields. Source: OTP, gen_server:call/3.
func Call[Reply any, R Ref](ctx context.Context, to R, req any) (Reply, error) {
	addr := addressOf(to)
	v, err := call(ctx, addr, req)
	if err != nil {
		var none Reply
		return none, err
	}
	return replyAs[Reply](addr, v)
}

// call is [Call] of a reply of any type.
func call(ctx context.Context, to pid.Address, req any) (any, error) {
	ctx = plain(ctx)
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
		return runtime.CallName[any](ctx, to.Name, msg)
	}
	return runtime.Call[any](ctx, to.PID, msg)
}

func replyAs[Reply any](to pid.Address, v any) (Reply, error) {
	reply, ok := v.(Reply)
	if ok || v == nil && mayBeNil(reflect.TypeFor[Reply]()) {
		return reply, nil
	}
	err := fmt.Errorf("%w: got %T, want %v", ErrReplyType, v, reflect.TypeFor[Reply]())
	return reply, &runtime.RuntimeError{Op: "call", To: to, Err: err}
}

// mayBeNil reports whether a reply of nil is fine for a caller who wants a t.
func mayBeNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Map, reflect.Slice:
		return true
	}
	return t.Size() == 0
}

// Cast sends a server a message for HandleCast and does not wait. The error, see
// [runtime.Context.Send], is never fatal; nil says that the message was sent, not
// that it is handled. Source: OTP, gen_server:cast/2.
func Cast[R Ref](ctx context.Context, to R, msg any) error {
	ctx = plain(ctx)
	rt, ok := runtime.RuntimeFrom(ctx)
	if !ok {
		return runtime.ErrNotInProcess
	}
	addr := addressOf(to)
	v, err := isolated(rt, addr, msg)
	if err != nil {
		return &runtime.SendError{To: addr, Err: err}
	}
	if addr.PID.IsZero() {
		return runtime.SendNamed(ctx, addr.Name, cast{v})
	}
	return runtime.Send(ctx, addr.PID, cast{v})
}
