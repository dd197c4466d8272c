package callbacks_test

import (
	"context"
	"maps"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

func init() { maps.Copy(entries, machines) }

// machines are the callbacks of state machines.
var machines = map[string]entry{
	"runtime/statem.Machine.Init": machine(func(m *lock, wrong func()) {
		m.Init = func(*lockContext) (string, error) { wrong(); return "a", nil }
	}, idle),
	"runtime/statem.Machine.Format": answering(func(ctx *runtime.Context, wrong func()) (pid.PID, error) {
		m := lock{Initial: "a", Format: func(string, int) any { wrong(); return 1 }}
		m.Default.Handle = func(c *lockContext, ev statem.Event) (string, error) {
			c.Data++
			if ev.Kind == statem.Call {
				c.Reply(ev.From, c.Data)
			}
			return "a", nil
		}
		return statem.Start(ctx, m, genserver.Options{})
	}),
	"runtime/statem.Machine.Terminate": machine(func(m *lock, wrong func()) {
		m.Terminate = func(*lockContext, signal.ExitReason) { wrong() }
		m.Default.Handle = func(*lockContext, statem.Event) (string, error) { return "", context.Canceled }
	}, cast),
	"runtime/statem.State.Handle": machine(func(m *lock, wrong func()) {
		m.Default.Handle = func(*lockContext, statem.Event) (string, error) { wrong(); return "a", nil }
	}, call),
	"runtime/statem.State.Enter": machine(func(m *lock, wrong func()) {
		m.Default.Enter = func(*lockContext, string) error { wrong(); return nil }
	}, idle),
	"runtime/statem.OnCall(f)": machine(func(m *lock, wrong func()) {
		m.Default = on(statem.OnCall(func(*lockContext, genserver.ReplyTo[int], request) (string, error) { wrong(); return "a", nil }))
	}, call),
	"runtime/statem.OnCast(f)": machine(func(m *lock, wrong func()) {
		m.Default = on(statem.OnCast(func(*lockContext, request) (string, error) { wrong(); return "a", nil }))
	}, cast),
	"runtime/statem.OnInfo(f)": machine(func(m *lock, wrong func()) {
		m.Default = on(statem.OnInfo(func(*lockContext, request) (string, error) { wrong(); return "a", nil }))
	}, send),
	"runtime/statem.OnInternal(f)": machine(func(m *lock, wrong func()) {
		m.Init = func(c *lockContext) (string, error) {
			c.Insert(statem.Event{Kind: statem.Internal, Content: request{}})
			return "a", nil
		}
		m.Default = on(statem.OnInternal(func(*lockContext, request) (string, error) { wrong(); return "a", nil }))
	}, idle),
	"runtime/statem.OnTimeout(f)": machine(func(m *lock, wrong func()) {
		m.Init = func(c *lockContext) (string, error) {
			c.SetTimeout(statem.StateTimer, time.Second, nil)
			return "a", nil
		}
		m.Default = on(statem.OnTimeout(statem.StateTimer, func(*lockContext, any) (string, error) { wrong(); return "a", nil }))
	}, idle),
}

type (
	lock        = statem.Machine[string, int]
	lockContext = statem.Context[string, int]
)

// machine is the entry of a callback of a state machine.
func machine(set func(m *lock, wrong func()), use func(ctx *runtime.Context, p pid.PID)) entry {
	return own(func(ctx *runtime.Context, wrong func()) {
		m := lock{Initial: "a"}
		m.Default.Handle = func(*lockContext, statem.Event) (string, error) { return "a", nil }
		set(&m, wrong)
		if p, err := statem.Start(ctx, m, genserver.Options{}); err == nil {
			use(ctx, p)
		}
	})
}

// on is a state with one typed handler.
func on(h statem.Handler[string, int]) statem.State[string, int] {
	return statem.State[string, int]{On: statem.Handle(h)}
}
