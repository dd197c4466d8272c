package genserver

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// From is the return address of a call. It may be kept, and sent to any process,
// which then can reply in the server's place.
type From runtime.From

// ImmutableTerm marks a From as free to share between processes.
func (From) ImmutableTerm() {}

func init() { term.MustRegister[From]("genserver.From") }

// noReply is the type of [NoReply].
type noReply struct{}

// NoReply is what HandleCall returns in place of a reply if the call is to be
// replied to later, with [From.Reply].
var NoReply any = noReply{}

// Reply answers the call. ctx is the [runtime.Context] of any process, or derives
// from one, or from a [runtime.NewContext]. If the caller does not wait any more, the
// reply is dropped and Reply returns nil. If v cannot be sent, the caller gets
// [ErrBadReply] and Reply returns why. Source: OTP, gen_server:reply/2.
func (f From) Reply(ctx context.Context, v any) error {
	return f.replyBy(func(to runtime.From, v any) error { return runtime.Reply(ctx, to, v) }, v)
}

// replyBy replies with v in the way that send does, or says why v cannot be sent.
func (f From) replyBy(send func(runtime.From, any) error, v any) error {
	err := send(runtime.From(f), v)
	var unsendable *term.EncodeError
	if errors.As(err, &unsendable) {
		bad := failureOf(fmt.Errorf("%w: %w", ErrBadReply, unsendable))
		bad.Control = badReply
		_ = send(runtime.From(f), bad)
	}
	return err
}

// ReplyError answers the call with an error, as HandleCall does that returns one.
func (f From) ReplyError(ctx context.Context, err error) error {
	if err == nil {
		return errors.New("genserver: ReplyError with a nil error")
	}
	return f.Reply(ctx, failureOf(err))
}

// ReplyAtEnd is [From.Reply] that answers the call when the process of ctx has ended and
// its name is free, see [runtime.Context.ReplyAtEnd]. A server that stops replies so.
func (f From) ReplyAtEnd(ctx context.Context, v any) error {
	c, ok := runtime.FromContext(ctx)
	if !ok {
		return runtime.ErrNotInProcess
	}
	return f.replyBy(c.ReplyAtEnd, v)
}

// ReplyErrorAtEnd is [From.ReplyError] as [From.ReplyAtEnd] is [From.Reply].
func (f From) ReplyErrorAtEnd(ctx context.Context, err error) error {
	if err == nil {
		return errors.New("genserver: ReplyErrorAtEnd with a nil error")
	}
	return f.ReplyAtEnd(ctx, failureOf(err))
}
