package runtime

import (
	"context"
	"errors"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// CallNamed is [Call] of whoever has a name, on this node or another, or with a
// [NameService]. If a process that the service has named turns out to be gone, the
// request, which nobody has handled, goes once more to who has the name then.
func CallNamed[T any](ctx context.Context, to Named, req any) (reply T, err error) {
	v, err := callNamed(ctx, to, req)
	return replyAs[T](label(to), v, err)
}

// CallNamedTimeout is [CallNamed] that waits for d at the most and then returns a
// [*RuntimeError] with [ErrTimeout], as [CallTimeout].
func CallNamedTimeout[T any](c *Context, to Named, req any, d time.Duration) (T, error) {
	return CallNamed[T](WithCallTimeout(c, d), to, req)
}

func callNamed(ctx context.Context, to Named, req any) (any, error) {
	if via, ok := to.(Via); ok {
		return via.call(ctx, req)
	}
	addr, err := resolve(ctx, to)
	if err != nil {
		return nil, &RuntimeError{"call", label(to), err}
	}
	return callAny(ctx, addr, req)
}

func (v Via) call(ctx context.Context, req any) (any, error) {
	rt, p, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	acting := rt.acting(ctx, p)
	first, err := v.whereis(acting)
	if err != nil {
		return nil, &RuntimeError{"call", label(v), err}
	}
	reply, err := callAny(ctx, toPID(first), req)
	f, forgets := v.Service.(NameForgetter)
	if !forgets || !errors.Is(err, ErrNoProc) {
		return reply, err
	}
	_, _ = askService(acting, v, func(context.Context) (struct{}, error) { // it asks again, whatever came of it
		f.Forget(v.Name, first)
		return struct{}{}, nil
	}, nil)
	if again, found := v.whereis(acting); found == nil && again != first {
		return callAny(ctx, toPID(again), req)
	}
	return nil, err
}

// MonitorNamed is [Context.Monitor] of the process that has a name now, on the name's
// node, or with a [NameService]. The Down carries the name; if nobody has it, the reason
// is noproc, and an error for what is no name.
func (c *Context) MonitorNamed(name Named) pid.Ref {
	switch name := name.(type) {
	case string:
		return c.monitorName(pid.Name{Name: name})
	case pid.Name:
		return c.monitorName(name)
	}
	to, err := resolve(c, name)
	if err == nil {
		return c.Monitor(to.PID)
	}
	reason := signal.NoProc
	if errors.Is(err, ErrNotNamed) {
		reason = signal.Error(err.Error())
	}
	p := c.process()
	m := &monitor{down: signal.Down{Ref: p.rt.node.NextRef(), Name: label(name).Name}}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return pid.Ref{}
	}
	p.deliverDownLocked(m, reason)
	return m.down.Ref
}
