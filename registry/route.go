package registry

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// Send brings env to the process with PID to: to its handle if it is one of this
// node, else to the [RemoteSendHook]. It returns what the handle or the hook
// returns, or a [*SendError] with [ErrNoProc], [ErrStalePID] or
// [ErrNoRemoteHook].
func (r *Registry[H]) Send(ctx context.Context, to pid.PID, env signal.Envelope) error {
	if !to.IsLocal(r.node) {
		return r.sendAway(ctx, to, &env)
	}
	h, ok := r.procs.Load(to.ID())
	if !ok {
		return &SendError{pid.Address{PID: to}, ErrNoProc}
	}
	return h.Deliver(ctx, env)
}

// SendRaw is [Registry.Send] of bytes, which the sender must not touch again.
func (r *Registry[H]) SendRaw(ctx context.Context, from, to pid.PID, b []byte) error {
	return r.Send(ctx, to, signal.Envelope{Kind: signal.Raw, From: from, Value: b})
}

// SendNamed is [Registry.Send] to whoever has the name when env gets there. It
// returns a [*SendError] with [ErrNameNotFound] if nobody here has it.
func (r *Registry[H]) SendNamed(ctx context.Context, to pid.Name, env signal.Envelope) error {
	if to.IsRemote(r.node) {
		return r.hook.send(ctx, pid.Address{Name: to}, &env)
	}
	n, ok := r.names.Load(to.Name)
	if !ok {
		return &SendError{pid.Address{Name: to}, ErrNameNotFound}
	}
	return n.handle.Deliver(ctx, env)
}

// Deliver is Send or SendNamed for a signal that came from another node: it
// never goes on to a third one. It returns a [*SendError] with [ErrNotLocal] if
// the address is not on this node.
func (r *Registry[H]) Deliver(ctx context.Context, to pid.Address, env signal.Envelope) error {
	switch {
	case to.IsRemote(r.node):
		return &SendError{to, ErrNotLocal}
	case to.PID.IsZero():
		return r.SendNamed(ctx, to.Name, env)
	}
	return r.Send(ctx, to.PID, env)
}

// sendAway is the rest of Send when to is not of this start of this node.
func (r *Registry[H]) sendAway(ctx context.Context, to pid.PID, env *signal.Envelope) error {
	switch {
	case to.IsZero():
		return &SendError{pid.Address{PID: to}, ErrNoProc}
	case !to.IsRemote(r.node):
		return &SendError{pid.Address{PID: to}, ErrStalePID}
	}
	return r.hook.send(ctx, pid.Address{PID: to}, env)
}
