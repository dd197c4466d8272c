package genserver_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// account has a state that can be sent, one that cannot, and one that is secret.
type account struct {
	Balance int
	Owner   string
}

func (a *account) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	if by, ok := req.(int); ok {
		a.Balance += by
		return a.Balance, nil
	}
	return nil, genserver.ErrUnhandled
}

type vault struct {
	account
	pin string
}

func (v *vault) FormatState() any { return account{Balance: v.Balance, Owner: "?"} }

func (v *vault) FormatMessage(any) any { return "redacted" }

// open is a server that shows all of its state.
type open struct{ account }

func (o *open) FormatState() any { return &o.account }

// OTP, sys:get_state/1.
func TestGetState_TypesAloneUnlessTheServerSaysMore(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		p := start(t, ctx, &account{1, "ann"}, opts)
		got, err := genserver.GetState(ctx, p)
		require.NoError(t, err)
		require.Equal(t, "&genserver_test.account{Balance:int Owner:string}", got)

		shown := &open{account{1, "ann"}}
		p = start(t, ctx, shown, opts)
		got, err = genserver.GetState(ctx, p)
		require.NoError(t, err)
		require.Equal(t, &shown.account, got)
		require.NotSame(t, &shown.account, got)

		p = start(t, ctx, &vault{account{1, "ann"}, "1234"}, opts)
		got, err = genserver.GetState(ctx, p)
		require.NoError(t, err)
		require.Equal(t, account{1, "?"}, got)

		bound, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err = genserver.GetState(bound, p)
		require.NoError(t, err, "a deadline is not carried to the loop")
	})
}

// OTP, sys:replace_state/2.
func TestReplaceState(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		p := start(t, ctx, &account{1, "ann"}, opts)
		require.NoError(t, genserver.ReplaceState(ctx, p, func(a *account) *account {
			return &account{a.Balance + 10, "bob"}
		}))
		got, err := genserver.CallAs[int](ctx, p, 1)
		require.NoError(t, err)
		require.Equal(t, 12, got)

		err = genserver.ReplaceState(ctx, p, func(v *vault) *vault { return v })
		require.ErrorIs(t, err, genserver.ErrStateType)
		require.ErrorContains(t, err, "*genserver_test.account")
		err = genserver.ReplaceState(ctx, p, func(*account) *account { panic("boom") })
		require.EqualError(t, err, "replace state: panic: boom")
		got, err = genserver.CallAs[int](ctx, p, 0)
		require.NoError(t, err)
		require.Equal(t, 12, got)

		for _, none := range []any{nil, 1, (*account)(nil), misspelt{}} {
			require.Error(t, genserver.ReplaceState(ctx, p, func(any) any { return none }), "what could not be started cannot go on")
		}
		got, err = genserver.CallAs[int](ctx, p, 0)
		require.NoError(t, err)
		require.Equal(t, 12, got)

		away := pid.Name{Name: "server", Node: "other@host"}
		require.ErrorIs(t, genserver.ReplaceState(ctx, away, func(a *account) *account { return a }), genserver.ErrNotLocal)
		require.ErrorIs(t, genserver.ReplaceState(context.Background(), p, func(a *account) *account { return a }),
			runtime.ErrNotInProcess)
	})
}

// OTP, sys:suspend/1: "the process only responds to other system messages, but not
// other messages".
func TestSuspend_KeepsTheMailInOrder(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		var got []any
		note := func(_ *genserver.Context, msg any) error { got = append(got, msg); return nil }
		p := start(t, ctx, &script{
			cast: note, info: note, call: echo,
			due: func(*genserver.Context) error { got = append(got, "timeout"); return nil },
			init: func(c *genserver.Context) error {
				c.SetTimeout(time.Minute)
				return nil
			},
		}, opts)
		require.NoError(t, genserver.Suspend(ctx, p))
		for i := range 10 {
			require.NoError(t, genserver.Cast(ctx, p, i))
			require.NoError(t, ctx.Send(p, -i))
		}
		stats, err := genserver.GetStatistics(ctx, p)
		require.NoError(t, err)
		require.True(t, stats.Suspended)
		require.GreaterOrEqual(t, stats.QueueLen, 20)
		pass(time.Hour)
		require.Empty(t, got)
		bound, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err = genserver.CallAs[int](bound, p, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)

		require.NoError(t, genserver.Suspend(ctx, p), "twice is once")
		require.NoError(t, genserver.Resume(ctx, p))
		synctest.Wait()
		require.Equal(t, []any{0, 0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9}, got)
		_, err = genserver.CallAs[int](ctx, p, 1)
		require.NoError(t, err)
	})
}

func TestSuspend_StillStops(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		p, ref := watched(t, ctx, &script{}, opts)
		require.NoError(t, genserver.Suspend(ctx, p))
		require.NoError(t, genserver.Stop(ctx, p, signal.Shutdown))
		require.Equal(t, signal.Shutdown, down(t, ctx, ref))

		opts.TrapExit = true
		p, ref = watched(t, ctx, &script{}, opts)
		require.NoError(t, genserver.Suspend(ctx, p))
		require.NoError(t, ctx.Runtime().Exit(p, signal.ShutdownReason("all")))
		require.Equal(t, signal.ShutdownReason("all"), down(t, ctx, ref))
	})
}

// OTP, sys:statistics/2.
func TestGetStatistics(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		p := start(t, ctx, &account{}, opts)
		pass(time.Minute)
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.NoError(t, err)
		require.NoError(t, genserver.Cast(ctx, p, 1))
		require.NoError(t, ctx.Send(p, 1))
		require.NoError(t, ctx.Send(p, 1))
		got, err := genserver.GetStatistics(ctx, p)
		require.NoError(t, err)
		require.Equal(t, genserver.Statistics{
			Server: "*genserver_test.account", Age: time.Minute, Calls: 1, Casts: 1, Infos: 2,
		}, got)
		_, err = genserver.GetStatistics(ctx, "nobody")
		require.ErrorIs(t, err, runtime.ErrNoProc)
	})
}

// OTP, sys:log/2: "the N last".
func TestTrace_KeepsTheLastMessages(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		p := start(t, ctx, &script{call: echo, info: func(c *genserver.Context, _ any) error {
			c.SetTimeout(time.Second)
			return nil
		}}, opts)
		require.NoError(t, ctx.Send(p, "before"))
		require.NoError(t, genserver.Trace(ctx, p, 4))
		got, err := genserver.GetTrace(ctx, p)
		require.NoError(t, err)
		require.Empty(t, got)
		at := time.Now()
		for i := range 10 {
			_, err := genserver.CallAs[int](ctx, p, i)
			require.NoError(t, err)
		}
		require.NoError(t, genserver.Cast(ctx, p, []int{1}))
		require.NoError(t, ctx.Send(p, "x"))
		pass(time.Second)
		synctest.Wait()
		got, err = genserver.GetTrace(ctx, p)
		require.NoError(t, err)
		for i := range got {
			require.True(t, at.Equal(got[i].At) || at.Add(time.Second).Equal(got[i].At))
			got[i].At = time.Time{}
		}
		require.Equal(t, []genserver.Traced{
			{Kind: genserver.KindCall, From: ctx.PID(), Value: 9},
			{Kind: genserver.KindCast, Value: []int{1}},
			{Kind: genserver.KindInfo, Value: "x"},
			{Kind: genserver.KindTimeout},
		}, got)
		require.Equal(t, "timeout", got[3].Kind.String())
		require.NoError(t, genserver.Trace(ctx, p, 0))
		got, err = genserver.GetTrace(ctx, p)
		require.NoError(t, err)
		require.Empty(t, got)
	})
}

func TestTrace_LeavesOutWhatTheServerRedacts(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &vault{}, genserver.Options{})
		require.NoError(t, genserver.Trace(ctx, p, 1))
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.NoError(t, err)
		got, err := genserver.GetTrace(ctx, p)
		require.NoError(t, err)
		require.Equal(t, "redacted", got[0].Value)
	})
}

// OTP, gen_server:stop/3: "orders the generic server … to exit with the specified
// Reason and waits for it to terminate … calls Module:terminate/2 before exiting".
func TestStop_WaitsForTheEnd(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		opts.Name = "server"
		for _, reason := range []signal.ExitReason{signal.Normal, signal.Shutdown, signal.Error("boom")} {
			var got signal.ExitReason
			_, ref := watched(t, ctx, &script{
				term: func(_ *genserver.Context, reason signal.ExitReason) { got = reason },
			}, opts)
			require.NoError(t, genserver.Stop(ctx, "server", reason))
			require.Equal(t, reason, got)
			_, taken := ctx.Whereis("server")
			require.False(t, taken)
			require.Equal(t, reason, down(t, ctx, ref))
		}
		require.ErrorIs(t, genserver.Stop(ctx, "server", signal.Normal), runtime.ErrNoProc)
	})
}

// OTP, gen_server:stop/3: "If the call times out, a timeout exception is raised";
// if it ends for another reason, that is raised.
func TestStop_TellsWhatWentOtherwise(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{
			term: func(*genserver.Context, signal.ExitReason) { panic("boom") },
		}, genserver.Options{})
		require.ErrorIs(t, genserver.Stop(ctx, p, signal.Shutdown), signal.Error("panic: boom"))

		p, ref := watched(t, ctx, &script{term: func(c *genserver.Context, _ signal.ExitReason) {
			_, _ = c.RecvMatchTimeout(func(runtime.Message) bool { return false }, time.Minute)
		}}, genserver.Options{})
		bound, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		require.ErrorIs(t, genserver.Stop(bound, p, signal.Shutdown), context.DeadlineExceeded)
		require.Equal(t, signal.Shutdown, down(t, ctx, ref))
	})
}
