package callbacks_test

import (
	"context"
	"log/slog"
	"maps"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

func init() { maps.Copy(entries, processes) }

// processes are the callbacks of what runs in, or for, a process.
var processes = map[string]entry{
	"mailbox.Config.Exempt":                   box,
	"mailbox.Config.OnDrop":                   box,
	"mailbox.Mailbox.Leave(settled)":          box,
	"mailbox.Mailbox.Notify(f)":               box,
	"mailbox.Mailbox.RecvMatch(match)":        box,
	"mailbox.Mailbox.RecvMatchContext(match)": box,
	"mailbox.Mailbox.RecvMatchTimeout(match)": box,
	"mailbox.Mailbox.TryRecvMatch(match)":     box,
	"registry.Handle":                         {none: "the runtime implements it"},
	"registry.RemoteChecker":                  {none: "package remote implements it"},
	"registry.RemoteSendHook":                 {none: "package remote implements it"},
	"runtime.Body":                            own(func(_ *runtime.Context, wrong func()) { wrong() }),
	"runtime.AckBody": own(func(ctx *runtime.Context, wrong func()) {
		_, _, _ = ctx.SpawnAck(bounded(ctx), runtime.SpawnOptions{}, func(*runtime.Context, runtime.From) error { wrong(); return nil })
	}),
	"runtime.Context.RecvMatch(match)": match(func(ctx *runtime.Context, wrong func()) {
		_, _ = ctx.RecvMatch(func(runtime.Message) bool { wrong(); return true })
	}),
	"runtime.Context.RecvMatchTimeout(match)": match(func(ctx *runtime.Context, wrong func()) {
		_, _ = ctx.RecvMatchTimeout(func(runtime.Message) bool { wrong(); return true }, time.Second)
	}),
	"runtime.Context.TryRecvMatch(match)": match(func(ctx *runtime.Context, wrong func()) {
		_, _ = ctx.TryRecvMatch(func(runtime.Message) bool { wrong(); return true })
	}),
	"runtime.ReceiveMatch(match)": match(func(ctx *runtime.Context, wrong func()) {
		_, _ = runtime.ReceiveMatch(ctx, func(int) bool { wrong(); return true })
	}),
	"runtime.MailboxOptions.OnDrop": {attack: func(w *world, wrong func()) {
		p, err := w.rt().SpawnOpt(runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{
			Capacity: 1, Policy: mailbox.DropNewest, OnDrop: func(runtime.Message) { wrong() },
		}}, func(*runtime.Context) error { <-w.release; return nil })
		if err == nil {
			w.run(w.there, func(ctx *runtime.Context) error { // the sender is a connection
				for range 5 {
					_ = ctx.Send(p, 1)
				}
				return nil
			})
		}
	}},
	"runtime.ProcessScope.Run(f)": own(func(ctx *runtime.Context, wrong func()) {
		_ = runtime.NewProcessScope(ctx).Run(ctx, func(context.Context) error { wrong(); return nil })
	}),
	"runtime.WithContext(f)": own(func(ctx *runtime.Context, wrong func()) {
		_ = runtime.WithContext(ctx, func(*runtime.Context) error { wrong(); return nil })
	}),
	"runtime.Config.Logger": {config: func(c *runtime.Config, wrong func()) { c.Logger = slog.New(logs{wrong}) }},
	"runtime.NameService": own(func(ctx *runtime.Context, wrong func()) {
		_ = ctx.SendNamed(runtime.Via{Service: service{wrong}, Name: "x"}, 1)
	}),
	"runtime.NameForgetter": own(func(ctx *runtime.Context, wrong func()) {
		gone, _, _ := ctx.SpawnMonitor(func(*runtime.Context) error { return nil })
		_, _ = ctx.Recv() // that it has ended
		_, _ = genserver.CallAs[int](bounded(ctx), runtime.Via{Service: forgetter{service{func() {}}, gone, wrong}, Name: "x"}, 1)
	}),
	"runtime.Propagator": {attack: func(w *world, wrong func()) {
		require.NoError(w, w.rt().SetPropagator(propagator{wrong}))
		w.spawn(func(ctx *runtime.Context) error {
			return runtime.Send(context.WithValue(ctx, carriedKey{}, 1), w.bystander, 1)
		})
	}},
	"runtime.Recorder": {
		attack: func(w *world, wrong func()) {
			w.rt().AddRecorder(&tracer{crashed: true, wrong: wrong})
			w.spawn(func(*runtime.Context) error { panic("to be recorded") })
		},
		except: mayNot,
	},
	"runtime.Tracer": {none: "each method of it has an entry in tracers"},
	"runtime.Context.StartAlarm(rang)": own(func(ctx *runtime.Context, wrong func()) {
		ctx.StartAlarm(time.Second, func(uint64) { wrong() })
		_, _ = ctx.RecvTimeout(time.Minute / 2)
	}),
}

// match is the entry of a function that chooses a message.
func match(receive func(ctx *runtime.Context, wrong func())) entry {
	return own(func(ctx *runtime.Context, wrong func()) {
		_ = ctx.Send(ctx.PID(), 1)
		receive(ctx, wrong)
	})
}

// box is the entry of a function that a mailbox calls in the goroutine that uses it.
var box = entry{none: "it runs in the goroutine of whoever uses the mailbox; runtime's are under MailboxOptions.OnDrop"}

type service struct{ wrong func() }

func (service) Register(context.Context, string, pid.PID) error   { return nil }
func (service) Unregister(context.Context, string, pid.PID) error { return nil }

func (s service) Whereis(context.Context, string) (pid.PID, error) {
	s.wrong()
	return pid.PID{}, runtime.ErrNameNotFound
}

func (s service) Send(context.Context, string, any) error { s.wrong(); return nil }

// forgetter remembers a process that is gone.
type forgetter struct {
	service
	gone   pid.PID
	forget func()
}

func (f forgetter) Whereis(context.Context, string) (pid.PID, error) { return f.gone, nil }
func (f forgetter) Forget(string, pid.PID)                           { f.forget() }

// carriedKey makes a context one from which something may have to travel.
type carriedKey struct{}

type propagator struct{ wrong func() }

func (p propagator) Inject(context.Context, map[string]string) { p.wrong() }
func (p propagator) Extract(ctx context.Context, _ map[string]string) context.Context {
	p.wrong()
	return ctx
}

// logs is a handler of log lines that goes wrong.
type logs struct{ wrong func() }

func (logs) Enabled(context.Context, slog.Level) bool    { return true }
func (l logs) Handle(context.Context, slog.Record) error { l.wrong(); return nil }

func (l logs) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l logs) WithGroup(string) slog.Handler      { return l }
