package genserver_test

import (
	"errors"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// OTP, gen_server:handle_cast/2 and handle_info/2.
func TestHandlers_EachMessageGoesToItsOwn(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		var got []any
		p := start(t, ctx, &script{
			cast: func(_ *genserver.Context, msg any) error { got = append(got, "cast", msg); return nil },
			info: func(_ *genserver.Context, msg any) error { got = append(got, "info", msg); return nil },
			call: func(*genserver.Context, genserver.From, any) (any, error) { return nil, nil },
		}, opts)
		require.NoError(t, genserver.Cast(ctx, p, 1))
		require.NoError(t, ctx.Send(p, 2))
		require.NoError(t, ctx.SendRaw(p, []byte("raw")))
		_, err := genserver.CallAs[any](ctx, p, 3)
		require.NoError(t, err)
		require.Equal(t, []any{"cast", 1, "info", 2, "info", []byte("raw")}, got)
	})
}

func TestHandlers_SystemMessagesAreInfo(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		got := make(chan any, 3)
		opts.TrapExit = true
		other := start(t, ctx, &script{}, genserver.Options{})
		start(t, ctx, &script{
			init: func(c *genserver.Context) error {
				c.Monitor(other)
				c.StartTimer(time.Second)
				return c.Link(other)
			},
			info: func(_ *genserver.Context, msg any) error { got <- msg; return nil },
		}, opts)
		require.IsType(t, signal.Timeout{}, <-got)
		require.NoError(t, ctx.Exit(other, signal.Shutdown))
		require.Equal(t, signal.Exit{From: other, Reason: signal.Shutdown}, <-got)
		require.IsType(t, signal.Down{}, <-got)
	})
}

func TestHandlers_UnhandledMessageLeavesTheServerAlive(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		for _, server := range []any{&script{call: echo}, callOnly{}} {
			p := start(t, ctx, server, opts)
			require.NoError(t, genserver.Cast(ctx, p, 1))
			require.NoError(t, ctx.Send(p, 2))
			_, err := genserver.CallAs[int](ctx, p, 3)
			require.NoError(t, err)
		}
	})
}

type callOnly struct{}

func (callOnly) HandleCall(ctx *genserver.Context, _ genserver.From, req any) (any, error) {
	ctx.SetTimeout(time.Nanosecond) // nobody handles it
	return req, nil
}

// OTP, gen_server:handle_continue/2: "invoked … immediately after … so that it is
// the next thing"; before any mail that is there already.
func TestContinue_RunsBeforeAnyMail(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		var got []any
		p := start(t, ctx, &script{
			init: func(c *genserver.Context) error {
				require.NoError(t, c.Send(c.PID(), "mail"))
				c.Continue(1)
				c.Continue(2)
				return nil
			},
			cont: func(c *genserver.Context, v any) error {
				if got = append(got, v); v == 1 {
					c.Continue(3)
				}
				return nil
			},
			info: func(_ *genserver.Context, msg any) error { got = append(got, msg); return nil },
			call: echo,
		}, opts)
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.NoError(t, err)
		require.Equal(t, []any{1, 2, 3, "mail"}, got)
	})
}

func TestContinue_WithoutAHandlerIsAMistakeOfTheServer(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p, ref := watched(t, ctx, &continueOnly{}, genserver.Options{})
		require.Equal(t, signal.Error("continue without a HandleContinue"), down(t, ctx, ref))
		require.False(t, ctx.IsAlive(p))
	})
}

type continueOnly struct{}

func (*continueOnly) Init(ctx *genserver.Context) error { ctx.Continue(1); return nil }

// OTP, gen_server, Module:init/1: "If an integer time-out value is provided, a
// time-out occurs unless a request or a message is received within Timeout
// milliseconds."
func TestTimeout_FiresUnlessAMessageComes(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		fired := make(chan time.Time, 10)
		p := start(t, ctx, &script{
			init: func(c *genserver.Context) error { c.SetTimeout(time.Minute); return nil },
			due:  func(*genserver.Context) error { fired <- time.Now(); return nil },
			cast: func(c *genserver.Context, msg any) error {
				if d := msg.(time.Duration); d >= 0 {
					c.SetTimeout(d)
				}
				return nil
			},
		}, opts)
		began := time.Now()
		require.Equal(t, began.Add(time.Minute), <-fired)

		require.NoError(t, genserver.Cast(ctx, p, time.Minute))
		pass(time.Minute - 1)
		require.NoError(t, genserver.Cast(ctx, p, 10*time.Minute)) // ends that one and sets another
		began = time.Now()
		require.Equal(t, began.Add(10*time.Minute), <-fired)

		require.NoError(t, genserver.Cast(ctx, p, 10*time.Minute))
		require.NoError(t, genserver.Cast(ctx, p, time.Second)) // a shorter one
		began = time.Now()
		require.Equal(t, began.Add(time.Second), <-fired)

		require.NoError(t, genserver.Cast(ctx, p, time.Minute))
		require.NoError(t, genserver.Cast(ctx, p, -time.Second)) // ends it and sets none
		require.NoError(t, ctx.Send(p, "unhandled"))
		pass(time.Hour)
		require.Empty(t, fired)
	})
}

func TestTimeout_OfZeroFiresIfThereIsNoMail(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		var got []any
		p := start(t, ctx, &script{
			init: func(c *genserver.Context) error {
				c.SetTimeout(0)
				return c.Send(c.PID(), "mail")
			},
			info: func(c *genserver.Context, msg any) error { got = append(got, msg); c.SetTimeout(0); return nil },
			due:  func(*genserver.Context) error { got = append(got, "timeout"); return nil },
			call: echo,
		}, opts)
		synctest.Wait()
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.NoError(t, err)
		require.Equal(t, []any{"mail", "timeout"}, got)
	})
}

func TestTimeout_IsNotTouchedByALook(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		fired := make(chan time.Time, 1)
		p := start(t, ctx, &script{
			init: func(c *genserver.Context) error { c.SetTimeout(time.Minute); return nil },
			due:  func(*genserver.Context) error { fired <- time.Now(); return nil },
		}, opts)
		began := time.Now()
		for range 3 {
			pass(10 * time.Second)
			_, err := genserver.GetStatistics(ctx, p)
			require.NoError(t, err)
		}
		require.Equal(t, began.Add(time.Minute), <-fired)
	})
}

func TestTimeout_CanBeCancelled(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		p := start(t, ctx, &script{
			init: func(c *genserver.Context) error { c.SetTimeout(time.Minute); c.CancelTimeout(); return nil },
			due:  func(*genserver.Context) error { return errors.New("fired") },
		}, opts)
		pass(time.Hour)
		require.True(t, ctx.IsAlive(p))
	})
}

// OTP, gen_server:terminate/2: when it is called, and when not.
func TestTerminate_WhenAndWithWhichReason(t *testing.T) {
	boom, panicked := signal.Error("boom"), signal.Error("panic: boom")
	on := func(what string, f func(ctx *genserver.Context) error) *script {
		info := func(c *genserver.Context, msg any) error {
			if msg == what {
				return f(c)
			}
			return genserver.ErrUnhandled
		}
		return &script{
			info: info, cast: info,
			call: func(c *genserver.Context, _ genserver.From, req any) (any, error) { return nil, info(c, req) },
			cont: info,
			due:  func(c *genserver.Context) error { return info(c, "timeout") },
			init: func(c *genserver.Context) error {
				if what == "continue" {
					c.Continue("continue")
				}
				if what == "timeout" {
					c.SetTimeout(time.Second)
				}
				return nil
			},
		}
	}
	fails := func(*genserver.Context) error { return errBoom }
	panics := func(*genserver.Context) error { panic("boom") }
	goexits := func(*genserver.Context) error { goruntime.Goexit(); return nil }
	stops := func(ctx *genserver.Context) error { ctx.Stop(signal.Normal); ctx.Stop(boom); return nil }
	exits := func(ctx *genserver.Context) error { return ctx.Exit(ctx.PID(), signal.Shutdown) }

	cases := map[string]struct {
		server     *script
		want       signal.ExitReason
		terminates bool
	}{
		"cast returns an error":     {on("cast", fails), boom, true},
		"cast returns a reason":     {on("cast", func(*genserver.Context) error { return signal.Normal }), signal.Normal, true},
		"cast panics":               {on("cast", panics), panicked, true},
		"cast calls Goexit":         {on("cast", goexits), signal.Error("goexit: the body called runtime.Goexit"), true},
		"cast stops":                {on("cast", stops), signal.Normal, true},
		"info returns an error":     {on("info", fails), boom, true},
		"info panics":               {on("info", panics), panicked, true},
		"info stops":                {on("info", stops), signal.Normal, true},
		"call panics":               {on("call", panics), panicked, true},
		"call stops":                {on("call", stops), signal.Normal, true},
		"continue returns an error": {on("continue", fails), boom, true},
		"continue panics":           {on("continue", panics), panicked, true},
		"continue stops":            {on("continue", stops), signal.Normal, true},
		"timeout returns an error":  {on("timeout", fails), boom, true},
		"timeout panics":            {on("timeout", panics), panicked, true},
		"exit signal while busy":    {on("cast", exits), signal.Shutdown, false},
		"exit signal":               {on("nothing", nil), signal.Shutdown, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
				var got []signal.ExitReason
				server := *c.server
				server.term = func(_ *genserver.Context, reason signal.ExitReason) { got = append(got, reason) }
				p, ref := watched(t, ctx, &server, opts)
				pass(time.Minute)
				_ = genserver.Cast(ctx, p, "cast")
				_ = ctx.Send(p, "info")
				_, _ = genserver.CallAs[any](ctx, p, "call")
				if !c.terminates { // else it could overtake the end that it is about
					_ = ctx.Exit(p, signal.Shutdown)
				}
				require.Equal(t, c.want, down(t, ctx, ref))
				if c.terminates {
					require.Equal(t, []signal.ExitReason{c.want}, got)
				} else {
					require.Empty(t, got)
				}
			})
		})
	}
}

// OTP, gen_server:terminate/2: it is called "if the gen_server process … traps exit
// signals" and its parent orders it to stop. The exits of all others are for
// handle_info/2.
func TestTerminate_ParentsExitIfTrapped(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		opts.TrapExit = true
		infos := make(chan any, 1)
		reasons := make(chan signal.ExitReason, 1)
		server := &script{
			info: func(_ *genserver.Context, msg any) error { infos <- msg; return nil },
			term: func(_ *genserver.Context, reason signal.ExitReason) { reasons <- reason },
		}
		p, err := genserver.StartLink(ctx, server, opts)
		require.NoError(t, err)
		stranger, err := ctx.Spawn(func(ctx *runtime.Context) error { return ctx.Exit(p, signal.Shutdown) })
		require.NoError(t, err)
		require.Equal(t, signal.Exit{From: stranger, Reason: signal.Shutdown}, <-infos)
		require.NoError(t, ctx.Unlink(p))
		require.NoError(t, ctx.Exit(p, signal.ShutdownReason("enough")))
		require.Equal(t, signal.ShutdownReason("enough"), <-reasons)
		require.Empty(t, infos)
	})
}

func TestTerminate_ParentsDeathIfTrapped(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		opts.TrapExit = true
		reasons := make(chan signal.ExitReason, 1)
		_, err := ctx.Spawn(func(ctx *runtime.Context) error {
			_, err := genserver.StartLink(ctx, &script{
				term: func(_ *genserver.Context, reason signal.ExitReason) { reasons <- reason },
			}, opts)
			require.NoError(t, err)
			return errBoom
		})
		require.NoError(t, err)
		require.Equal(t, signal.Error("boom"), <-reasons)
	})
}

// The program is the parent of all: the exit signal of Runtime.Exit, and of
// Runtime.Shutdown, stops a server in good order.
func TestTerminate_ProgramsExitIfTrapped(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		opts.TrapExit = true
		reasons := make(chan signal.ExitReason, 1)
		p := start(t, ctx, &script{
			term: func(_ *genserver.Context, reason signal.ExitReason) { reasons <- reason },
		}, opts)
		require.NoError(t, ctx.Runtime().Exit(p, signal.Shutdown))
		require.Equal(t, signal.Shutdown, <-reasons)
	})
}

// OTP, gen_server:terminate/2: "Even if the gen_server process is not part of a
// supervision tree, this function is called if it receives an 'EXIT' message from
// its parent"; the reply of {stop,Reason,Reply,NewState} is sent after it.
func TestStop_ReplyComesAfterTerminate(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		terminated := false
		p, ref := watched(t, ctx, &script{
			call: func(c *genserver.Context, _ genserver.From, req any) (any, error) {
				c.Stop(signal.Shutdown)
				c.Continue("never")
				return req, nil
			},
			term: func(*genserver.Context, signal.ExitReason) { terminated = true },
		}, opts)
		got, err := genserver.CallAs[string](ctx, p, "bye")
		require.NoError(t, err)
		require.Equal(t, "bye", got)
		require.True(t, terminated)
		require.Equal(t, signal.Shutdown, down(t, ctx, ref))
	})
}

func TestTerminate_ThatPanicsIsTheReason(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p, ref := watched(t, ctx, &script{
			call: func(c *genserver.Context, _ genserver.From, req any) (any, error) {
				c.Stop(signal.Normal)
				return req, nil
			},
			term: func(*genserver.Context, signal.ExitReason) { panic("late") },
		}, genserver.Options{})
		got, err := genserver.CallAs[string](ctx, p, "bye")
		require.NoError(t, err, "the reply goes out in any case")
		require.Equal(t, "bye", got)
		require.Equal(t, signal.Error("panic: late"), down(t, ctx, ref))
	})
}

// OTP, gen_server:init/1: {stop, Reason} is a start that failed.
func TestInit_ThatStopsIsAFailedStart(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		for _, reason := range []signal.ExitReason{signal.Normal, signal.ShutdownReason("nothing to do"), signal.Error("no")} {
			terminated := false
			_, err := genserver.StartLink(ctx, &script{
				init: func(c *genserver.Context) error { c.Stop(reason); c.Continue("never"); return nil },
				cont: func(*genserver.Context, any) error { panic("a server that has not started") },
				term: func(*genserver.Context, signal.ExitReason) { terminated = true },
			}, genserver.Options{Name: "server"})
			require.ErrorIs(t, err, reason)
			require.False(t, terminated)
			_, taken := ctx.Whereis("server")
			require.False(t, taken)
		}
		requireNoMail(t, ctx)
	})
}
