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
	"github.com/starlang-go/starlang/runtime/internal/inlet"
	"github.com/starlang-go/starlang/term"
)

// wire brings signals to another node by their wire form, at once.
type wire struct {
	from, to *runtime.Runtime
}

func (w wire) SendRemote(ctx context.Context, to pid.Address, env signal.Envelope) error {
	if env.Value != nil {
		b, err := term.AppendMessage(nil, env.Value)
		if err != nil {
			return &runtime.SendError{To: to, Err: err}
		}
		if env.Value, err = term.DecodeMessage(b); err != nil {
			return err
		}
	}
	return w.deliver(to, env)
}

func (w wire) deliver(to pid.Address, env signal.Envelope) error {
	in, p := inlet.Of(w.to), to.PID
	if p.IsZero() {
		p, _ = in.Registered(to.Name.Name)
	}
	var err error
	switch env.Kind {
	case signal.Call:
		if err = in.Deliver(p, signal.Envelope{Kind: signal.Monitor, From: env.From, Ref: env.Ref}); err == nil {
			_, err = in.Offer(p, env)
		}
	case signal.Message, signal.Raw:
		_, err = in.Offer(p, env)
	default:
		err = in.Deliver(p, env)
	}
	if back, ok := signal.Answer(to, env, signal.NoProc); ok && err != nil {
		return inlet.Of(w.from).Deliver(env.From, back)
	}
	return nil
}

// twoNodes runs test as a process of one node, in a bubble of time. There is
// another node beside it.
func twoNodes(t *testing.T, test func(t *testing.T, ctx *runtime.Context, far *runtime.Runtime)) {
	synctest.Test(t, func(t *testing.T) {
		near := newRuntime(t, runtime.Config{Name: "near@test"})
		far := newRuntime(t, runtime.Config{Name: "far@test"})
		require.NoError(t, near.SetRemoteSendHook(wire{near, far}))
		require.NoError(t, far.SetRemoteSendHook(wire{far, near}))
		require.NoError(t, near.Run(context.Background(), func(ctx *runtime.Context) error {
			test(t, ctx, far)
			return nil
		}))
	})
}

// startFar starts a server on another node.
func startFar(t *testing.T, far *runtime.Runtime, server any, opts genserver.Options) (p pid.PID) {
	t.Helper()
	require.NoError(t, far.Run(context.Background(), func(ctx *runtime.Context) error {
		p = start(t, ctx, server, opts)
		return nil
	}))
	return p
}

type deposit struct{ By int }

type money struct{ Amount int }

func init() {
	term.MustRegister[deposit]("genserver_test.Deposit")
	term.MustRegister[money]("genserver_test.Money")
	term.MustRegister[account]("genserver_test.Account")
}

func TestRemote_CallsAreTheSame(t *testing.T) {
	twoNodes(t, func(t *testing.T, ctx *runtime.Context, far *runtime.Runtime) {
		balance := 0
		casts := make(chan any, 1)
		p := startFar(t, far, &script{
			call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) {
				switch r := req.(type) {
				case deposit:
					balance += r.By
					return money{balance}, nil
				case string:
					return nil, errShort
				case bool:
					return make(chan int), nil
				}
				return nil, genserver.ErrUnhandled
			},
			cast: func(_ *genserver.Context, msg any) error { casts <- msg; return nil },
		}, genserver.Options{Name: "bank"})

		for _, to := range []pid.Address{{PID: p}, {Name: pid.Name{Name: "bank", Node: "far@test"}}} {
			_, err := genserver.CallAs[money](ctx, to, deposit{5})
			require.NoError(t, err)
			_, err = genserver.CallAs[string](ctx, to, deposit{0})
			require.ErrorIs(t, err, genserver.ErrReplyType)
			_, err = genserver.CallAs[money](ctx, to, "withdraw")
			require.ErrorIs(t, err, errShort)
			require.EqualError(t, err, "short of money")
			_, err = genserver.CallAs[money](ctx, to, 1)
			require.ErrorIs(t, err, genserver.ErrUnhandled)
			_, err = genserver.CallAs[money](ctx, to, true)
			require.ErrorIs(t, err, genserver.ErrBadReply)
		}
		got, err := genserver.CallAs[money](ctx, p, deposit{0})
		require.NoError(t, err)
		require.Equal(t, money{10}, got)
		require.NoError(t, genserver.Cast(ctx, pid.Name{Name: "bank", Node: "far@test"}, deposit{1}))
		require.Equal(t, deposit{1}, <-casts)
		require.NoError(t, genserver.Stop(ctx, p, signal.Shutdown))
		_, err = genserver.CallAs[money](ctx, p, deposit{0})
		require.ErrorIs(t, err, signal.NoProc)
	})
}

func TestRemote_CalleeDiesInTheMiddle(t *testing.T) {
	twoNodes(t, func(t *testing.T, ctx *runtime.Context, far *runtime.Runtime) {
		p := startFar(t, far, &script{call: func(*genserver.Context, genserver.From, any) (any, error) {
			panic("boom")
		}}, genserver.Options{})
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.ErrorIs(t, err, signal.Error("panic: boom"))
	})
}

// The far node's clock may differ: what travels is the time that is left.
func TestRemote_DeadlineCancellationAndValuesTravel(t *testing.T) {
	twoNodes(t, func(t *testing.T, ctx *runtime.Context, far *runtime.Runtime) {
		require.NoError(t, genserver.SetPropagator(ctx.Runtime(), trace{}))
		require.NoError(t, genserver.SetPropagator(far, trace{}))
		server, out := contexts()
		p := startFar(t, far, server, genserver.Options{})
		bound, cancel := context.WithTimeout(context.WithValue(ctx, traceKey{}, "4711"), time.Minute)
		time.AfterFunc(time.Second, cancel)
		want, _ := bound.Deadline()
		_, err := genserver.CallAs[bool](bound, p, 1)
		require.ErrorIs(t, err, context.Canceled)
		call := <-out
		got, ok := call.Deadline()
		require.True(t, ok)
		require.True(t, want.Equal(got))
		require.Equal(t, "4711", call.Value(traceKey{}))
		<-call.Done()
		require.ErrorIs(t, context.Cause(call), runtime.ErrCallOver)
		require.Equal(t, time.Second, ctx.Runtime().Uptime())
	})
}

func TestRemote_ReplyByAThirdProcess(t *testing.T) {
	twoNodes(t, func(t *testing.T, ctx *runtime.Context, far *runtime.Runtime) {
		helper := start(t, ctx, &script{cast: func(c *genserver.Context, msg any) error {
			return msg.(genserver.From).Reply(c, "helped")
		}}, genserver.Options{Name: "helper"})
		p := startFar(t, far, &script{call: func(c *genserver.Context, from genserver.From, _ any) (any, error) {
			return genserver.NoReply, genserver.Cast(c, helper, from)
		}}, genserver.Options{})
		got, err := genserver.CallAs[string](ctx, p, 1)
		require.NoError(t, err)
		require.Equal(t, "helped", got)
	})
}

func TestRemote_Introspection(t *testing.T) {
	twoNodes(t, func(t *testing.T, ctx *runtime.Context, far *runtime.Runtime) {
		p := startFar(t, far, &account{1, "ann"}, genserver.Options{})
		state, err := genserver.GetState(ctx, p)
		require.NoError(t, err)
		require.Equal(t, "&genserver_test.account{Balance:int Owner:string}", state)
		require.NoError(t, genserver.Trace(ctx, p, 10))
		require.NoError(t, genserver.Suspend(ctx, p))
		require.NoError(t, genserver.Cast(ctx, p, 1))
		require.NoError(t, genserver.Resume(ctx, p))
		require.NoError(t, far.Send(ctx, p, struct{ N int }{1})) // of no registered type
		synctest.Wait()
		stats, err := genserver.GetStatistics(ctx, p)
		require.NoError(t, err)
		require.EqualValues(t, 1, stats.Casts)
		all, err := genserver.GetTrace(ctx, p)
		require.NoError(t, err)
		require.Len(t, all, 2)
		require.Equal(t, "{N:1}", all[1].Value)

		p = startFar(t, far, &vault{account{1, "ann"}, "1234"}, genserver.Options{})
		state, err = genserver.GetState(ctx, p)
		require.NoError(t, err)
		require.Equal(t, account{1, "?"}, state)
	})
}

func TestRemote_MultiCallByName(t *testing.T) {
	twoNodes(t, func(t *testing.T, ctx *runtime.Context, far *runtime.Runtime) {
		start(t, ctx, &script{call: echo}, genserver.Options{Name: "echo"})
		startFar(t, far, &script{call: echo}, genserver.Options{Name: "echo"})
		results := genserver.MultiCallAs[int](ctx, []pid.Name{
			{Name: "echo", Node: "near@test"}, {Name: "echo", Node: "far@test"}, {Name: "nobody", Node: "far@test"},
		}, 1)
		require.NoError(t, results[0].Err)
		require.NoError(t, results[1].Err)
		require.ErrorIs(t, results[2].Err, signal.NoProc)
	})
}

// handOver is a call that another process is to answer.
type handOver struct{ To genserver.ReplyTo[int] }

func init() {
	term.MustRegister[handOver]("genserver_test.handOver")
	term.MustRegister[WaitFor]("genserver_test.waitFor")
}

// handsOver starts a server on ctx's node that hands its calls over to a helper, and stops
// then if it is to.
func handsOver(t *testing.T, ctx *runtime.Context, helper pid.PID, stops bool) pid.PID {
	t.Helper()
	return start(t, ctx, genserver.Funcs{On: genserver.Handle(genserver.OnDeferred(
		func(_ any, c *genserver.Context, to genserver.ReplyTo[int], _ WaitFor) error {
			if stops {
				c.Stop(signal.Shutdown)
			}
			return genserver.Cast(c, helper, handOver{to})
		}))}, genserver.Options{})
}

func TestReplyTo_IsGoodOnAnotherNodeAndOnce(t *testing.T) {
	twoNodes(t, func(t *testing.T, ctx *runtime.Context, far *runtime.Runtime) {
		replied := make(chan error, 3)
		helper := startFar(t, far, genserver.Funcs{On: genserver.Handle(genserver.OnCast(
			func(_ any, c *genserver.Context, h handOver) error {
				replied <- h.To.Reply(c, 5)
				replied <- h.To.Reply(runtime.NewContext(t.Context(), far), 6)
				replied <- h.To.ReplyError(c, errBoom)
				return nil
			}))}, genserver.Options{})
		n, err := genserver.Call(ctx, handsOver(t, ctx, helper, false), WaitFor{})
		require.NoError(t, err)
		require.Equal(t, 5, n)
		for range 3 {
			require.NoError(t, <-replied, "what comes too late is dropped")
		}
	})
}

// A server that ends has not answered: its caller is told of the end, and a reply by
// whoever was handed the call is dropped.
func TestReplyTo_AfterTheServersEnd(t *testing.T) {
	twoNodes(t, func(t *testing.T, ctx *runtime.Context, far *runtime.Runtime) {
		handed := make(chan genserver.ReplyTo[int], 1)
		helper := startFar(t, far, genserver.Funcs{On: genserver.Handle(genserver.OnCast(
			func(_ any, _ *genserver.Context, h handOver) error { handed <- h.To; return nil }))}, genserver.Options{})
		_, err := genserver.Call(ctx, handsOver(t, ctx, helper, true), WaitFor{})
		require.ErrorIs(t, err, signal.Shutdown)
		require.NoError(t, (<-handed).Reply(runtime.NewContext(t.Context(), far), 5))
		requireNoMail(t, ctx)
	})
}
