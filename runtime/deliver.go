package runtime

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
)

var _ registry.Handle = (*process)(nil)

// Deliver implements [registry.Handle]: it gives p a signal of any kind. This is
// how all signals from other nodes come in; those of this node that are no
// messages go straight to the methods named here.
func (p *process) Deliver(ctx context.Context, env signal.Envelope) error {
	switch env.Kind {
	case signal.Message:
		return p.accept(ctx, nil, userMessage(env.Value))
	case signal.Raw:
		b, ok := env.Value.([]byte)
		if !ok {
			return fmt.Errorf("deliver to %s: raw signal carries a %T, not bytes", p.pid(), env.Value)
		}
		return p.accept(ctx, nil, rawMessage(b))
	case signal.Call:
		return p.acceptRemoteCall(ctx, env)
	case signal.Reply:
		p.acceptReply(env.ReplyTo.Ref(), env.Value)
	case signal.ExitSignal:
		p.rt.exit(p, env.From, env.Reason)
	case signal.LinkExit:
		p.rt.reapIf(p, p.acceptLinkExit(env.From, env.Reason))
	case signal.Link:
		return p.acceptRemoteLink(env.From)
	case signal.Unlink:
		p.acceptUnlink(env.From)
	case signal.Monitor:
		return p.acceptRemoteMonitor(env.Ref, env.From)
	case signal.Demonitor:
		p.forgetWatcher(env.Ref)
	case signal.DownSignal:
		p.acceptDown(env.Ref, env.Reason)
	default:
		return fmt.Errorf("deliver to %s: unknown kind of signal %d", p.pid(), env.Kind)
	}
	return nil
}

// accept queues a message. stop is the sender's state, nil if no process sends.
func (p *process) accept(ctx context.Context, stop *atomic.Uint32, m Message) error {
	err := p.box.SendUnless(ctx, stop, m)
	if err == nil {
		return nil
	}
	return p.refused(err)
}

// refused turns a mailbox's error into the sender's.
func (p *process) refused(err error) error {
	switch {
	case errors.Is(err, mailbox.ErrStopped):
		return ErrTerminated
	case errors.Is(err, mailbox.ErrClosed):
		err = ErrNoProc
	}
	return &SendError{To: pid.Address{PID: p.pid()}, Err: err}
}
