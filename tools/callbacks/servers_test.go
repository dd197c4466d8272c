package callbacks_test

import (
	"context"
	"maps"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

func init() { maps.Copy(entries, servers) }

// servers are the callbacks of servers.
var servers = map[string]entry{
	"runtime/genserver.Initializer": funcs(func(f *genserver.Funcs, wrong func()) {
		f.Init = func(*genserver.Context) error { wrong(); return nil }
	}, idle),
	"runtime/genserver.CallHandler": funcs(func(f *genserver.Funcs, wrong func()) {
		f.Call = func(*genserver.Context, genserver.From, any) (any, error) { wrong(); return 1, nil }
	}, call),
	"runtime/genserver.CastHandler": funcs(func(f *genserver.Funcs, wrong func()) {
		f.Cast = func(*genserver.Context, any) error { wrong(); return nil }
	}, cast),
	"runtime/genserver.InfoHandler": funcs(func(f *genserver.Funcs, wrong func()) {
		f.Info = func(*genserver.Context, any) error { wrong(); return nil }
	}, send),
	"runtime/genserver.ContinueHandler": funcs(func(f *genserver.Funcs, wrong func()) {
		f.Init = func(c *genserver.Context) error { c.Continue(1); return nil }
		f.Continue = func(*genserver.Context, any) error { wrong(); return nil }
	}, idle),
	"runtime/genserver.Terminator": funcs(func(f *genserver.Funcs, wrong func()) {
		f.Cast = func(*genserver.Context, any) error { return context.Canceled }
		f.Terminate = func(*genserver.Context, signal.ExitReason) { wrong() }
	}, cast),
	"runtime/genserver.StateFormatter": lookedAt(func(wrong func()) any { current.Store(&wrong); return formatter{} }),
	"runtime/genserver.StateFormatter of a server that cannot be copied": server(func(wrong func()) any {
		return &state{wrong}
	}, look),
	"runtime/genserver.StateSnapshotter": server(func(wrong func()) any { return snapshotter{wrong: wrong} }, look),
	"runtime/genserver.MessageFormatter": lookedAt(func(wrong func()) any { current.Store(&wrong); return messages{} }),
	"runtime/genserver.StateReplacer": server(func(wrong func()) any { return replacer{wrong} }, func(ctx *runtime.Context, p pid.PID) {
		_ = genserver.ReplaceState(ctx, p, func(s int) int { return s })
	}),
	"runtime/genserver.ReplaceState(f)": server(func(wrong func()) any { return &state{wrong} }, func(ctx *runtime.Context, p pid.PID) {
		_ = genserver.ReplaceState(ctx, p, func(s *state) *state { s.wrong(); return s })
	}),
	"runtime/genserver.On(f)": funcs(func(f *genserver.Funcs, wrong func()) {
		f.On = genserver.Handle(genserver.On(func(any, *genserver.Context, request) (int, error) { wrong(); return 1, nil }))
	}, call),
	"runtime/genserver.OnDeferred(f)": funcs(func(f *genserver.Funcs, wrong func()) {
		f.On = genserver.Handle(genserver.OnDeferred(func(any, *genserver.Context, genserver.ReplyTo[int], request) error { wrong(); return nil }))
	}, call),
	"runtime/genserver.OnCast(f)": funcs(func(f *genserver.Funcs, wrong func()) {
		f.On = genserver.Handle(genserver.OnCast(func(any, *genserver.Context, request) error { wrong(); return nil }))
	}, cast),
	"runtime/genserver.OnInfo(f)": funcs(func(f *genserver.Funcs, wrong func()) {
		f.On = genserver.Handle(genserver.OnInfo(func(any, *genserver.Context, request) error { wrong(); return nil }))
	}, send),
	"runtime/genserver.Context.StartAlarm(rang)": funcs(func(f *genserver.Funcs, wrong func()) {
		f.Init = func(c *genserver.Context) error { c.StartAlarm(time.Second, func(uint64) { wrong() }); return nil }
	}, idle),
	"runtime/genserver.Alarmed": server(func(wrong func()) any { return &alarmed{wrong: wrong} }, idle),
	"runtime/genserver.TimeoutHandler": funcs(func(f *genserver.Funcs, wrong func()) {
		f.Init = func(c *genserver.Context) error { c.SetTimeout(time.Second); return nil }
		f.Timeout = func(*genserver.Context) error { wrong(); return nil }
	}, idle),
	"runtime/genserver.Handled": {heldBy: "runtime/genserver.TestTyped_MistakesAreFoundAtTheStart"},
	"runtime/genserver.ControlHandler": server(func(wrong func()) any { return controlled{wrong} }, func(ctx *runtime.Context, p pid.PID) {
		_, _ = genserver.Control[int](bounded(ctx), p, 1)
	}),
	"runtime/genserver.Funcs.Init":      {none: "it stands for Initializer"},
	"runtime/genserver.Funcs.Call":      {none: "it stands for CallHandler"},
	"runtime/genserver.Funcs.Cast":      {none: "it stands for CastHandler"},
	"runtime/genserver.Funcs.Info":      {none: "it stands for InfoHandler"},
	"runtime/genserver.Funcs.Continue":  {none: "it stands for ContinueHandler"},
	"runtime/genserver.Funcs.Timeout":   {none: "it stands for TimeoutHandler"},
	"runtime/genserver.Funcs.Terminate": {none: "it stands for Terminator"},
	"runtime/genserver.Stepper.Step(match)": match(func(ctx *runtime.Context, wrong func()) {
		st, err := genserver.NewStepper(ctx, &state{}, genserver.Options{})
		if err == nil {
			_, _ = st.Step(func(runtime.Message) bool { wrong(); return true }, time.Second)
		}
	}),
}

// server is the entry of a callback of a server, which use is made of.
func server(make func(wrong func()) any, use func(ctx *runtime.Context, p pid.PID)) entry {
	return own(func(ctx *runtime.Context, wrong func()) {
		if p, err := genserver.Start(ctx, make(wrong), genserver.Options{}); err == nil {
			use(ctx, p)
		}
	})
}

func funcs(set func(f *genserver.Funcs, wrong func()), use func(ctx *runtime.Context, p pid.PID)) entry {
	return server(func(wrong func()) any {
		var f genserver.Funcs
		set(&f, wrong)
		return f
	}, use)
}

func call(ctx *runtime.Context, p pid.PID) {
	_, _ = genserver.Call(bounded(ctx), p, request{})
}

func cast(ctx *runtime.Context, p pid.PID) { _ = genserver.Cast(ctx, p, request{}) }

func send(ctx *runtime.Context, p pid.PID) { _ = ctx.Send(p, request{}) }

func look(ctx *runtime.Context, p pid.PID) {
	_, _ = genserver.GetState(ctx, p)
	_ = genserver.Trace(ctx, p, 10)
	cast(ctx, p)
	_, _ = genserver.GetState(ctx, p)
}

func idle(*runtime.Context, pid.PID) {}

// answering is the entry of a callback of a server that goes on whatever it does.
func answering(start func(ctx *runtime.Context, wrong func()) (pid.PID, error)) entry {
	return entry{attack: func(w *world, wrong func()) {
		w.run(w.here, func(ctx *runtime.Context) error {
			p, err := start(ctx, wrong)
			if err != nil {
				return err
			}
			look(ctx, p)
			_, err = genserver.CallAs[int](bounded(ctx), p, request{})
			return err
		})
	}}
}

// lookedAt is answering for a server that one looks at.
func lookedAt(make func(wrong func()) any) entry {
	return answering(func(ctx *runtime.Context, wrong func()) (pid.PID, error) {
		return genserver.Start(ctx, make(wrong), genserver.Options{})
	})
}

type request struct{ genserver.Returns[int] }

// alarmed is a server with an alarm.
type alarmed struct {
	wrong func()
	rung  atomic.Bool
}

func (a *alarmed) Init(c *genserver.Context) error {
	c.StartAlarm(time.Second, func(uint64) { a.rung.Store(true) })
	return nil
}

func (a *alarmed) AlarmDue(uint64) bool                 { return a.rung.Swap(false) }
func (a *alarmed) HandleAlarm(*genserver.Context) error { a.wrong(); return nil }

// answers is a server that says whether it goes on.
type answers struct{}

func (answers) HandleCast(*genserver.Context, any) error { return nil }
func (answers) HandleCall(*genserver.Context, genserver.From, any) (any, error) {
	return 1, nil
}

// formatter and messages are servers of which a copy can be made.
type formatter struct{ answers }

func (formatter) FormatState() any { doCurrent(); return 1 }

type messages struct{ answers }

func (messages) FormatMessage(any) any { doCurrent(); return 1 }

type snapshotter struct {
	answers
	wrong func()
}

func (s snapshotter) SnapshotState() genserver.StateFormatter {
	s.wrong()
	return shower{state: 1}
}

type controlled struct{ wrong func() }

func (c controlled) HandleControl(*genserver.Context, genserver.From, any) (any, error) {
	c.wrong()
	return 1, nil
}

type replacer struct{ wrong func() }

func (replacer) HandleCast(*genserver.Context, any) error { return nil }
func (r replacer) ReplaceState(func(any) (any, error)) error {
	r.wrong()
	return nil
}

// state is a server of which no copy can be made.
type state struct{ wrong func() }

func (s *state) FormatState() any                       { s.wrong(); return 1 }
func (*state) HandleCast(*genserver.Context, any) error { return nil }
