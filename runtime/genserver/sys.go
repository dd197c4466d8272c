package genserver

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/guard"
)

// The functions here look into a live server and steer it, without any help of its
// methods: the server loop answers them, between two messages. They are calls, with
// the errors of [Call].

// callSystem calls the server loop. Nothing is carried with it.
func callSystem(ctx context.Context, ref Ref, r sysRequest) (any, pid.Address, error) {
	v, to, err := askSystem(ctx, ref, r)
	if f, failed := v.(failure); failed {
		return nil, to, f.err()
	}
	return v, to, err
}

// askSystem calls the server loop and returns whatever came back, and from where.
func askSystem(ctx context.Context, ref Ref, r sysRequest) (any, pid.Address, error) {
	ctx = plain(ctx)
	to, err := resolve(ctx, ref)
	if err != nil {
		return nil, to, &runtime.RuntimeError{Op: "call", To: to, Err: err}
	}
	v, err := ask(ctx, to, r)
	return v, to, err
}

// do calls the server loop for something that has no reply but an error.
func do(ctx context.Context, ref Ref, r sysRequest) error {
	_, _, err := callSystem(ctx, ref, r)
	return err
}

// GetState returns what a server shows of its state: what FormatState returns, see
// [StateFormatter], or the text of that if it cannot be sent or is large. Without
// FormatState it is a text that names the types of which the state is made, and none of
// its values: they may be secret. A FormatState that panics, or takes longer than two
// seconds, is the caller's error; for what it holds up see there. Source: OTP, sys:get_state/1.
func GetState(ctx context.Context, ref Ref) (any, error) {
	v, _, err := callSystem(ctx, ref, sysRequest{Op: opState})
	return v, err
}

// ReplaceState makes the server go on with what f returns for the server's value,
// which must be an S. f runs in the server's process. The server must be on the
// caller's node, else the error is [ErrNotLocal]; if its value is no S it is
// [ErrStateType]; if f panics the state stays and the caller gets the panic's text
// as error. Source: OTP, sys:replace_state/2.
func ReplaceState[S any](ctx context.Context, ref Ref, f func(S) S) error {
	rt, ok := runtime.RuntimeFrom(ctx)
	if !ok {
		return runtime.ErrNotInProcess
	}
	to, err := resolve(ctx, ref)
	if err != nil {
		return &runtime.RuntimeError{Op: "replace state", To: to, Err: err}
	}
	if to.IsRemote(rt.Node().ID()) {
		return &runtime.RuntimeError{Op: "replace state", To: to, Err: ErrNotLocal}
	}
	return do(ctx, to, sysRequest{Op: opReplace, Arg: replacer{func(state any) (any, error) { return apply(f, state) }}})
}

// apply returns what f makes of state. That f fails is the caller's trouble, not
// the server's: as sys:replace_state/2 has it.
func apply[S any](f func(S) S, state any) (any, error) {
	s, ok := state.(S)
	if !ok {
		return nil, fmt.Errorf("%w: it is a %T", ErrStateType, state)
	}
	replaced, err := guard.Call(context.Background(), 0, func() (S, error) { return f(s), nil }, nil)
	if err != nil {
		return nil, fmt.Errorf("replace state: %w", err)
	}
	return replaced, nil
}

// Suspend makes a server handle nothing but the requests of these functions, until
// [Resume]. Its mail waits, in order. Source: OTP, sys:suspend/1.
func Suspend(ctx context.Context, ref Ref) error {
	return do(ctx, ref, sysRequest{Op: opSuspend})
}

// Resume makes a suspended server go on. Source: OTP, sys:resume/1.
func Resume(ctx context.Context, ref Ref) error {
	return do(ctx, ref, sysRequest{Op: opResume})
}

// GetStatistics returns what a server has done so far.
// Source: OTP, sys:statistics/2.
func GetStatistics(ctx context.Context, ref Ref) (Statistics, error) {
	v, to, err := callSystem(ctx, ref, sysRequest{Op: opStatistics})
	if err != nil {
		return Statistics{}, err
	}
	return replyAs[Statistics](to, v)
}

// Trace makes a server keep its last n messages, up to [MaxTraced], for
// [GetTrace]; with n <= 0 it keeps none. What it kept before is gone.
// Source: OTP, sys:log/2.
func Trace(ctx context.Context, ref Ref, n int) error {
	return do(ctx, ref, sysRequest{Op: opTrace, Arg: n})
}

// GetTrace returns the messages that a server has kept since [Trace], the oldest
// first. Source: OTP, sys:log/2.
func GetTrace(ctx context.Context, ref Ref) ([]Traced, error) {
	v, to, err := callSystem(ctx, ref, sysRequest{Op: opTraced})
	if err != nil {
		return nil, err
	}
	all, err := replyAs[traceReply](to, v)
	return all.Messages, err
}

// Stop makes a server stop with reason, which Terminate gets, and waits until it
// has ended and its name is free. The error tells that it ended for another reason,
// or was gone already, or that ctx ended first; the server then still stops.
// Source: OTP, gen_server:stop/3.
func Stop(ctx context.Context, ref Ref, reason signal.ExitReason) error {
	err := do(ctx, ref, sysRequest{Op: opStop, Arg: reason})
	var ended *runtime.RuntimeError
	if errors.As(err, &ended) && ended.Err == error(reason) {
		return nil
	}
	return err
}
