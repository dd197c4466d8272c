package registry

import "context"

// noWaitKey marks a context whose sends must not wait.
type noWaitKey struct{}

// noWait is a context made by [NoWait].
type noWait struct{ context.Context }

// Value implements context.Context.
func (c noWait) Value(key any) any {
	if _, ok := key.(noWaitKey); ok {
		return true
	}
	return c.Context.Value(key)
}

// NoWait returns ctx for a send that must not wait: not for room in a mailbox, nor for
// a connection or room in its queue.
func NoWait(ctx context.Context) context.Context { return noWait{ctx} }

// MayWait reports whether a send with ctx may wait. A [RemoteSendHook] asks it before
// it waits with a message.
func MayWait(ctx context.Context) bool {
	if _, marked := ctx.(noWait); marked {
		return false
	}
	return ctx.Value(noWaitKey{}) == nil
}
