package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

func TestCall_ByWhateverTheServerIsKnownBy(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		opts.Name = "server"
		p := start(t, ctx, &script{call: echo}, opts)
		for _, to := range []pid.Address{{PID: p}, {Name: pid.Name{Name: "server"}}} {
			got, err := genserver.CallAs[int](ctx, to, 1)
			require.NoError(t, err)
			require.Equal(t, 1, got)
		}
		got, err := genserver.CallAs[string](ctx, "server", "a")
		require.NoError(t, err)
		require.Equal(t, "a", got)
		got, err = genserver.CallAs[string](ctx, pid.Name{Name: "server"}, "b")
		require.NoError(t, err)
		require.Equal(t, "b", got)
		got, err = runtime.Call[string](ctx, p, "c")
		require.NoError(t, err)
		require.Equal(t, "c", got, "a plain call is fine too")
	})
}

func TestCall_UnhandledRequestIsTheCallersError(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		opts.Name = "server"
		for _, server := range []any{&script{}, castOnly{}} {
			p := start(t, ctx, server, opts)
			_, err := genserver.CallAs[int](ctx, "server", struct{ N int }{1})
			require.ErrorIs(t, err, genserver.ErrUnhandled)
			require.EqualError(t, err, "call server: request is not handled: struct { N int }")
			require.True(t, ctx.IsAlive(p))
			require.NoError(t, genserver.Stop(ctx, p, signal.Normal))
		}
	})
}

type castOnly struct{}

func (castOnly) HandleCast(*genserver.Context, any) error { return nil }

func TestCall_ReplyOfAnotherTypeIsTheCallersError(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{call: echo}, genserver.Options{Name: "server"})
		_, err := genserver.CallAs[string](ctx, "server", 1)
		require.ErrorIs(t, err, genserver.ErrReplyType)
		require.EqualError(t, err, "call server: reply has another type: got int, want string")
		require.True(t, ctx.IsAlive(p))
	})
}

func TestCall_NilReply(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{call: echo}, genserver.Options{})
		_, err := genserver.CallAs[struct{}](ctx, p, nil)
		require.NoError(t, err)
		v, err := genserver.CallAs[any](ctx, p, nil)
		require.NoError(t, err)
		require.Nil(t, v)
		s, err := genserver.CallAs[[]string](ctx, p, nil)
		require.NoError(t, err)
		require.Nil(t, s)
		_, err = genserver.CallAs[int](ctx, p, nil)
		require.ErrorIs(t, err, genserver.ErrReplyType)
	})
}

var errShort = errors.New("short of money")

func init() { genserver.MustRegisterError("genserver_test.short", errShort) }

func TestCall_ErrorOfTheHandlerIsTheCallers(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		errs := []error{errBoom, fmt.Errorf("pay: %w", errShort)}
		p := start(t, ctx, &script{call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) {
			return "ignored", errs[req.(int)]
		}}, opts)
		_, err := genserver.CallAs[string](ctx, p, 0)
		var failed *genserver.ReplyError
		require.ErrorAs(t, err, &failed)
		require.EqualError(t, err, "boom")
		require.NotErrorIs(t, err, errBoom, "only registered errors keep their identity")
		_, err = genserver.CallAs[string](ctx, p, 1)
		require.ErrorIs(t, err, errShort)
		require.EqualError(t, err, "pay: short of money")
		require.True(t, ctx.IsAlive(p))
	})
}

func TestRegisterError_RefusesASecondMeaning(t *testing.T) {
	require.NoError(t, genserver.RegisterError("genserver_test.short", errShort))
	require.ErrorContains(t, genserver.RegisterError("genserver_test.short", errBoom), "already registered")
	require.Error(t, genserver.RegisterError("", errBoom))
	require.Error(t, genserver.RegisterError("genserver_test.nil", nil))
	require.Panics(t, func() { genserver.MustRegisterError("genserver_test.short", errBoom) })
}

func TestCall_ValuesThatCannotBeSent(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{call: func(*genserver.Context, genserver.From, any) (any, error) {
			return make(chan int), nil
		}}, genserver.Options{})
		_, err := genserver.CallAs[any](ctx, p, 1)
		require.ErrorIs(t, err, genserver.ErrBadReply)
		require.True(t, ctx.IsAlive(p))
		_, err = genserver.CallAs[any](ctx, p, make(chan int))
		require.ErrorContains(t, err, "chan int")
		bound, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		_, err = genserver.CallAs[any](bound, p, make(chan int))
		require.ErrorContains(t, err, "chan int")
		require.ErrorContains(t, genserver.Cast(ctx, p, make(chan int)), "chan int")
	})
}

func TestCall_NobodyThere(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{}, genserver.Options{})
		require.NoError(t, genserver.Stop(ctx, p, signal.Normal))
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.ErrorIs(t, err, runtime.ErrNoProc)
		_, err = genserver.CallAs[int](ctx, "nobody", 1)
		require.ErrorIs(t, err, runtime.ErrNoProc)
		_, err = genserver.CallAs[int](context.Background(), p, 1)
		require.ErrorIs(t, err, runtime.ErrNotInProcess)
		require.ErrorIs(t, genserver.Cast(ctx, p, 1), runtime.ErrNoProc)
		require.ErrorIs(t, genserver.Cast(ctx, "nobody", 1), runtime.ErrNameNotFound)
		require.ErrorIs(t, genserver.Cast(context.Background(), p, 1), runtime.ErrNotInProcess)
	})
}

// OTP, gen_server:call/2: calling_self.
func TestCall_ToOneselfIsAnError(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{call: func(c *genserver.Context, _ genserver.From, _ any) (any, error) {
			return genserver.CallAs[int](c, c.PID(), 1)
		}}, genserver.Options{})
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.ErrorContains(t, err, runtime.ErrCallSelf.Error())
	})
}

// OTP, gen_server:call/3: the caller exits with the reason for which the server
// ended. Here that is an error, and it comes at once.
func TestCall_CalleeDiesInTheMiddle(t *testing.T) {
	ends := map[string]struct {
		call func(ctx *genserver.Context, from genserver.From, req any) (any, error)
		want signal.ExitReason
	}{
		"panic": {func(*genserver.Context, genserver.From, any) (any, error) { panic("boom") }, signal.Error("panic: boom")},
		"stop without a reply": {func(c *genserver.Context, _ genserver.From, _ any) (any, error) {
			c.Stop(signal.Shutdown)
			return genserver.NoReply, nil
		}, signal.Shutdown},
		"killed": {func(c *genserver.Context, _ genserver.From, _ any) (any, error) {
			return nil, c.Exit(c.PID(), signal.Kill)
		}, signal.Killed},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
				p := start(t, ctx, &script{call: end.call}, opts)
				_, err := genserver.CallAs[int](ctx, p, 1)
				var reason signal.ExitReason
				require.ErrorAs(t, err, &reason)
				require.Equal(t, end.want, reason)
			})
		})
	}
}

// OTP, gen_server:reply/2: "can be used by a gen_server process to explicitly send
// a reply to a client … when the reply cannot be passed in the return value of
// Module:handle_call/3", by any process.
func TestFrom_ReplyByAnotherProcess(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		helper := start(t, ctx, &script{cast: func(c *genserver.Context, msg any) error {
			from := msg.(genserver.From)
			require.NoError(t, from.Reply(c, "first"))
			return from.Reply(c, "second") // dropped: the call is over
		}}, opts)
		p := start(t, ctx, &script{call: func(c *genserver.Context, from genserver.From, req any) (any, error) {
			require.Equal(t, ctx.PID(), from.PID)
			if req == "fail" {
				return genserver.NoReply, from.ReplyError(c, errShort)
			}
			return genserver.NoReply, genserver.Cast(c, helper, from)
		}}, opts)
		got, err := genserver.CallAs[string](ctx, p, "go")
		require.NoError(t, err)
		require.Equal(t, "first", got)
		_, err = genserver.CallAs[string](ctx, p, "fail")
		require.ErrorIs(t, err, errShort)
		_, err = genserver.GetState(ctx, helper) // by now it has replied twice
		require.NoError(t, err)
		requireNoMail(t, ctx)
		require.ErrorIs(t, genserver.From{}.Reply(context.Background(), 1), runtime.ErrNotInProcess)
		require.Error(t, genserver.From{}.ReplyError(ctx, nil))
	})
}

// OTP, gen_server:call/3, a late reply: with an alias as reply address it is
// dropped, always.
func TestCall_LateReplyNeverLands(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		p := start(t, ctx, &script{call: takes(2 * time.Second)}, opts)
		bound, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := genserver.CallAs[int](bound, p, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = genserver.GetState(ctx, p) // answered after the reply
		require.NoError(t, err)
		requireNoMail(t, ctx)
	})
}

// takes returns a HandleCall that replies with the request after d.
func takes(d time.Duration) func(*genserver.Context, genserver.From, any) (any, error) {
	return func(ctx *genserver.Context, _ genserver.From, req any) (any, error) {
		_, err := ctx.RecvMatchTimeout(func(runtime.Message) bool { return false }, d)
		if !errors.Is(err, runtime.ErrTimeout) {
			return nil, err
		}
		return req, nil
	}
}

func TestCall_TimeoutAtTheInstantOfTheReply(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{call: takes(time.Second)}, genserver.Options{})
		for i := range 1000 {
			bound, cancel := context.WithTimeout(ctx, time.Second)
			got, err := genserver.CallAs[int](bound, p, i)
			cancel()
			if err != nil {
				require.ErrorIs(t, err, context.DeadlineExceeded)
			} else {
				require.Equal(t, i, got, "never the reply to another call")
			}
			synctest.Wait() // the server is ready for the next
		}
		requireNoMail(t, ctx)
	})
}

func TestMultiCall_ResultsInOrderUnderOneDeadline(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		silent := &script{call: func(*genserver.Context, genserver.From, any) (any, error) {
			return genserver.NoReply, nil
		}}
		to := []pid.PID{
			start(t, ctx, &script{call: echo}, genserver.Options{}),
			start(t, ctx, silent, genserver.Options{}),
			{},
			start(t, ctx, &script{}, genserver.Options{}),
			start(t, ctx, silent, genserver.Options{}),
		}
		bound, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		began := time.Now()
		results := genserver.MultiCallAs[string](bound, to, "hello")
		require.Equal(t, time.Second, time.Since(began))
		late := context.DeadlineExceeded
		for i, want := range []error{nil, late, runtime.ErrNoProc, genserver.ErrUnhandled, late} {
			require.Equal(t, to[i], results[i].To.PID)
			require.ErrorIs(t, results[i].Err, want)
		}
		require.Equal(t, "hello", results[0].Value)
	})
}
