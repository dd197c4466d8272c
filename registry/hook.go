package registry

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// RemoteSendHook brings signals to other nodes. It is the one door between nodes:
// links, monitors and exits go through it as messages do.
type RemoteSendHook interface {
	// SendRemote takes env for the process at to, which is on another node. A
	// nil error means that it was accepted, not that it arrived. For a message
	// it may wait for room, until ctx ends, if [MayWait] says so; other signals
	// it never refuses for want of room. It keeps the order of signals from one process to another.
	// It must not keep env.Value after it has returned.
	//
	// ctx is that of the sender: once it has ended nothing may go out any more.
	// So ctx.Err is asked in the critical section that fixes the order.
	//
	// The name to which a Demonitor is sent stands for the process that the
	// Monitor or Call of the same Ref has found under it.
	SendRemote(ctx context.Context, to pid.Address, env signal.Envelope) error
}

// hookSlot holds a hook that is set once.
type hookSlot struct {
	hook atomic.Pointer[RemoteSendHook]
}

func (s *hookSlot) set(h RemoteSendHook) error {
	if h == nil {
		return errors.New("registry: remote send hook is nil")
	}
	if !s.hook.CompareAndSwap(nil, &h) {
		return ErrHookSet
	}
	return nil
}

func (s *hookSlot) send(ctx context.Context, to pid.Address, env *signal.Envelope) error {
	h := s.hook.Load()
	if h == nil {
		return &SendError{to, ErrNoRemoteHook}
	}
	return (*h).SendRemote(ctx, to, *env)
}

// defaultHook is the slot that all registries made by [NewDefault] share.
var defaultHook hookSlot

// SetRemoteSendHook sets the hook of the default registry, see [NewDefault]. It
// returns [ErrHookSet] if that has one.
func SetRemoteSendHook(h RemoteSendHook) error { return defaultHook.set(h) }
