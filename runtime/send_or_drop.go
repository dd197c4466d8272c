package runtime

import (
	"context"
	"errors"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
)

// SendOrDrop is [TrySend] that drops a message for which there is no room, in the mailbox or
// on the way to another node, and returns nil. What is dropped is counted in [Stats], told to
// tracers and, as far as reports are, logged. It never waits; all other errors are
// those of [TrySend].
func SendOrDrop(ctx context.Context, to pid.PID, v any) error {
	return orDrop(ctx, pid.Address{PID: to}, v, TrySend(ctx, to, v))
}

// SendNamedOrDrop is [SendOrDrop] to whoever has a name.
func SendNamedOrDrop(ctx context.Context, to Named, v any) error {
	return orDrop(ctx, label(to), v, TrySendNamed(ctx, to, v))
}

// orDrop returns the error of an attempt to send v, unless that was the lack of room: then v
// is lost.
func orDrop(ctx context.Context, to pid.Address, v any, err error) error {
	if !errors.Is(err, ErrMailboxFull) && !errors.Is(err, registry.ErrBusy) {
		return err
	}
	rt, _, noActor := actor(ctx)
	if noActor != nil {
		return noActor
	}
	rt.lostAway(to, userMessage(v), err)
	return nil
}
