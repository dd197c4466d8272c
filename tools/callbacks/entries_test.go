package callbacks_test

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/runtime/task"
	"github.com/starlang-go/starlang/term"
)

// own is the entry of a callback that runs in a process of the program's own.
func own(body func(ctx *runtime.Context, wrong func())) entry {
	return entry{attack: func(w *world, wrong func()) {
		w.spawn(func(ctx *runtime.Context) error { body(ctx, wrong); return nil })
	}}
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

func init() {
	term.MustRegister[request]("callbacks_test.request")
	term.MustRegister[writer]("callbacks_test.writer")
	term.MustRegister[reader]("callbacks_test.reader")
	term.MustRegisterCodec("callbacks_test.foreign", foreignCodec)
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

var entries = map[string]entry{
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

	"runtime.Body": own(func(_ *runtime.Context, wrong func()) { wrong() }),
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

	"runtime/supervisor.StartFunc": {attack: func(w *world, wrong func()) {
		go func() { // ends with the start; the test's end waits for it
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_, _ = supervisor.Start(ctx, w.rt(), supervisor.Spec{Children: []supervisor.ChildSpec{{
				ID: "bad", Start: func(context.Context) (pid.PID, error) { wrong(); return pid.PID{}, nil },
			}}})
		}()
	}},
	"runtime/application.App.Root": {attack: func(_ *world, wrong func()) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _ = application.Start(ctx, application.Options{}, application.App{
			Name: "bad", Root: func(any) (supervisor.Spec, error) { wrong(); return supervisor.Spec{}, context.Canceled },
		})
	}},

	"runtime/task.Func": own(func(ctx *runtime.Context, wrong func()) {
		_, _ = task.Async(ctx, func(*runtime.Context) (int, error) { wrong(); return 1, nil }).Await(bounded(ctx))
	}),
	"runtime/task.Map(f)": own(func(ctx *runtime.Context, wrong func()) {
		_, _ = task.Map(bounded(ctx), []int{1}, 1, func(*runtime.Context, int) (int, error) { wrong(); return 1, nil })
	}),
	"runtime/task.Stream(f)": own(func(ctx *runtime.Context, wrong func()) {
		for range task.Stream(ctx, slices.Values([]int{1}), func(*runtime.Context, int) (int, error) { wrong(); return 1, nil }, task.StreamOptions{}) {
		}
	}),
	"runtime/task.Stream(in)": own(func(ctx *runtime.Context, wrong func()) {
		in := func(func(int) bool) { wrong() }
		for range task.Stream(ctx, in, func(*runtime.Context, int) (int, error) { return 1, nil }, task.StreamOptions{}) {
		}
	}),

	"remote.Config.VerifyName": {heldBy: "remote.TestGuard_VerifyNameCostsItsHandshakeOnly"},
	"remote.Func": {attack: func(w *world, wrong func()) {
		name := "callback"
		require.NoError(w, w.here.RegisterFunc(name, func(*runtime.Context, any) error { wrong(); return nil }))
		_, err := w.there.Spawn(w.Context(), "here@test", name, 1)
		require.NoError(w, err)
	}},
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
	"runtime.SpanPropagator": spanned(func(wrong func()) runtime.SpanPropagator {
		return spanPropagator{propagator{func() {}}, wrong, span{func() {}}}
	}),
	"runtime.Span": spanned(func(wrong func()) runtime.SpanPropagator {
		return spanPropagator{propagator{func() {}}, func() {}, span{wrong}}
	}),
	"runtime.HandleTracer": {
		attack: func(w *world, wrong func()) {
			w.rt().AddTracer(handleTracer{wrong: wrong})
			w.spawn(serveOne)
		},
		except: mayNot[:2],
	},
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
	"runtime/supervisor.NewTemplate(start)": own(func(ctx *runtime.Context, wrong func()) {
		sup, err := supervisor.StartLink(ctx, supervisor.Spec{Strategy: supervisor.Dynamic, Template: supervisor.NewTemplate(supervisor.ChildSpec{ID: "bad"},
			func(context.Context, int) (pid.PID, error) { wrong(); return pid.PID{}, context.Canceled })})
		if err == nil {
			_, _ = supervisor.StartInstance(bounded(ctx), sup, 1)
		}
	}),
	"runtime/supervisor.Partitioned(child)": own(func(_ *runtime.Context, wrong func()) {
		supervisor.Partitioned("bad", 1, func(string) supervisor.ChildSpec { wrong(); return supervisor.ChildSpec{} })
	}),
	"runtime/supervisor.Server(newServer)": own(func(ctx *runtime.Context, wrong func()) {
		described := false
		child := supervisor.Server("bad", func() any {
			if described { // the first is asked for its spec alone, in the goroutine of the caller
				wrong()
			}
			described = true
			return &state{}
		}, genserver.Options{})
		_, _ = supervisor.StartLink(bounded(ctx), supervisor.Spec{Children: []supervisor.ChildSpec{child}})
	}),
	"runtime/supervisor.Specifier": own(func(_ *runtime.Context, wrong func()) {
		supervisor.Server("bad", func() any { return specifier{wrong} }, genserver.Options{})
	}),
	"runtime/genserver.Stepper.Step(match)": match(func(ctx *runtime.Context, wrong func()) {
		st, err := genserver.NewStepper(ctx, &state{}, genserver.Options{})
		if err == nil {
			_, _ = st.Step(func(runtime.Message) bool { wrong(); return true }, time.Second)
		}
	}),
	"runtime/application.App.Health": {attack: func(w *world, wrong func()) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		program, err := application.Start(w.Context(), application.Options{Runtime: w.rt()}, application.App{
			Name: "bad", Root: func(any) (supervisor.Spec, error) { return supervisor.Spec{}, nil },
			Health: func(context.Context) error { wrong(); return nil },
		})
		require.NoError(w, err)
		application.Check(ctx, w.rt())
		program.Stop()
	}},

	"term.Appender":     sent(func(wrong func()) any { return writer{wrong} }),
	"term.Parser":       parsed(func() any { return reader{} }),
	"term.Codec.Append": sent(func(wrong func()) any { return foreign{append: wrong} }),
	"term.Codec.Clone": own(func(ctx *runtime.Context, wrong func()) {
		_ = ctx.Send(ctx.PID(), foreign{clone: wrong})
	}),
	"term.Codec.Parse": parsed(func() any { return foreign{} }),
	"term.Immutable":   {none: "its method is never called"},

	"runtime/dist.Carrier":       {none: "package remote implements it"},
	"runtime/dist.Config.Encode": {none: "package remote gives it"},
	"runtime/dist.Config.Warn":   {none: "package remote gives it"},
	"runtime/dist.Dialler":       {none: "package remote implements it"},
	"runtime/dist.Signal.Decode": {heldBy: "remote.TestDecoder_ThatEndsTheGoroutineCostsOneMessage"},

	"runtime/inspect.Config.Access":             {none: "package remote gives it"},
	"runtime/inspect.Config.Peers":              {none: "package remote gives it"},
	"runtime/inspect.Config.Disconnect":         {none: "package remote gives it"},
	"runtime/inspect.Config.NodeEvents":         {none: "package remote gives it"},
	"runtime/inspect.Client.Trace(show)":        {none: "it runs in the goroutine that calls Trace, of a program that looks"},
	"runtime/inspect.Client.FollowAlarms(show)": {none: "it runs in the goroutine that calls FollowAlarms, of a program that looks"},
	"runtime/inspect.Client.FollowEvents(show)": {none: "it runs in the goroutine that calls FollowEvents, of a program that looks"},
	"runtime/runtimetest.ExpectMatch(match)":    {none: "it runs in the goroutine of the test that calls it"},

	"remote.Config.TLSSource": {heldBy: "remote.TestGuard_WhatTheProgramsCodeDoesCostsItselfOnly"},
	"remote.Config.Logger":    {heldBy: "remote.TestGuard_WhatTheProgramsCodeDoesCostsItselfOnly"},
	"remote.Resolver":         {heldBy: "remote.TestGuard_WhatTheProgramsCodeDoesCostsItselfOnly"},
	"remote.ResolverFunc":     {heldBy: "remote.TestGuard_WhatTheProgramsCodeDoesCostsItselfOnly"},
	"remote.Transport":        {heldBy: "remote.TestGuard_WhatTheProgramsCodeDoesCostsItselfOnly"},
}

// except is e without what a callback of its kind must not do.
func except(e entry, what ...string) entry {
	e.except = what
	return e
}

// bounded returns ctx with an end.
func bounded(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	context.AfterFunc(ctx, cancel)
	return ctx
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

// sent is the entry of a method that is called when a value is sent to another node.
func sent(value func(wrong func()) any) entry {
	return entry{attack: func(w *world, wrong func()) {
		to := make(chan pid.PID, 1)
		w.run(w.there, func(ctx *runtime.Context) error { to <- ctx.PID(); return nil })
		p := <-to
		w.spawn(func(ctx *runtime.Context) error { return ctx.Send(p, value(wrong)) })
	}}
}

// writer writes its own form.
type writer struct{ wrong func() }

func (w writer) AppendTerm(dst []byte) ([]byte, error) { w.wrong(); return term.AppendInt(dst, 1), nil }
func (*writer) ParseTerm(*term.Reader) error           { return nil }

// reader reads its own form, and does what is current meanwhile.
type reader struct{}

// current is what values do that cannot say it themselves, since a value that has a function
// in it can neither be sent nor copied.
var current atomic.Pointer[func()]

func doCurrent() { (*current.Load())() }

func (reader) AppendTerm(dst []byte) ([]byte, error) { return term.AppendInt(dst, 1), nil }
func (*reader) ParseTerm(r *term.Reader) error {
	doCurrent()
	_, err := r.ReadInt()
	return err
}

// parsed is the entry of a method that is called when a value arrives from another node: in
// whatever signal, it costs that alone. The value calls doCurrent.
func parsed(value func() any) entry {
	return entry{attack: func(w *world, wrong func()) {
		current.Store(&wrong)
		w.run(w.there, func(ctx *runtime.Context) error { return ctx.Send(w.bystander, value()) })
	}}
}

// foreign is a value that travels by a codec, and does what it is told meanwhile.
type foreign struct{ append, clone func() }

func do(f func()) {
	if f != nil {
		f()
	}
}

var foreignCodec = term.Codec[foreign]{
	Append: func(dst []byte, v foreign) ([]byte, error) { do(v.append); return term.AppendInt(dst, 1), nil },
	Parse: func(r *term.Reader) (foreign, error) {
		doCurrent()
		_, err := r.ReadInt()
		return foreign{}, err
	},
	Clone: func(v foreign) (foreign, error) { do(v.clone); return v, nil },
}

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

type specifier struct{ wrong func() }

func (specifier) HandleCast(*genserver.Context, any) error { return nil }
func (s specifier) ChildSpec(spec supervisor.ChildSpec) supervisor.ChildSpec {
	s.wrong()
	return spec
}

type replacer struct{ wrong func() }

func (replacer) HandleCast(*genserver.Context, any) error { return nil }
func (r replacer) ReplaceState(func(any) (any, error)) error {
	r.wrong()
	return nil
}

// state is a server of which no copy can be made.
type state struct{ wrong func() }

func (s *state) FormatState() any { s.wrong(); return 1 }

func (*state) HandleCast(*genserver.Context, any) error { return nil }

// logs is a handler of log lines that goes wrong.
type logs struct{ wrong func() }

func (logs) Enabled(context.Context, slog.Level) bool    { return true }
func (l logs) Handle(context.Context, slog.Record) error { l.wrong(); return nil }
func (l logs) WithAttrs([]slog.Attr) slog.Handler        { return l }
func (l logs) WithGroup(string) slog.Handler             { return l }
