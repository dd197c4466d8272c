package genserver_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// contexts is a server that hands the contexts of its calls out. It replies with
// true when it is told to, and never before.
func contexts() (*script, <-chan context.Context) {
	out := make(chan context.Context, 1)
	var waiting genserver.From
	return &script{call: func(ctx *genserver.Context, from genserver.From, req any) (any, error) {
		if req == "answer" {
			return nil, waiting.Reply(ctx, true)
		}
		waiting = from
		out <- ctx.CallContext(from)
		return genserver.NoReply, nil
	}}, out
}

func TestCallContext_HasTheCallersDeadline(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		server, out := contexts()
		p := start(t, ctx, server, opts)
		bound, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		want, _ := bound.Deadline()
		_, err := genserver.CallAs[bool](bound, p, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		call := <-out
		got, ok := call.Deadline()
		require.True(t, ok)
		require.True(t, want.Equal(got))
		<-call.Done()
		require.Equal(t, want, time.Now())
	})
}

func TestCallContext_EndsWhenTheCallerGivesUp(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		server, out := contexts()
		p := start(t, ctx, server, opts)
		bound, cancel := context.WithCancel(ctx)
		go func() { // ends with the call
			call := <-out
			require.NoError(t, call.Err())
			cancel()
			<-call.Done()
			require.ErrorIs(t, context.Cause(call), runtime.ErrCallOver)
		}()
		_, err := genserver.CallAs[bool](bound, p, 1)
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
	})
}

func TestCallContext_EndsWithTheReplyAndWithTheServer(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		server, out := contexts()
		p := start(t, ctx, server, genserver.Options{})
		caller, err := ctx.SpawnLink(func(ctx *runtime.Context) error {
			got, err := genserver.CallAs[bool](ctx, p, 1)
			require.True(t, got)
			return err
		})
		require.NoError(t, err)
		call := <-out
		_, bounded := call.Deadline()
		require.False(t, bounded)
		_, err = genserver.CallAs[any](ctx, p, "answer")
		require.NoError(t, err)
		<-call.Done()
		require.ErrorIs(t, context.Cause(call), runtime.ErrCallOver)
		synctest.Wait()
		require.False(t, ctx.IsAlive(caller))

		_, err = ctx.Spawn(func(ctx *runtime.Context) error {
			_, err := genserver.CallAs[bool](ctx, p, 1)
			return err
		})
		require.NoError(t, err)
		call = <-out
		require.NoError(t, ctx.Exit(p, signal.Shutdown))
		<-call.Done()
		require.ErrorIs(t, context.Cause(call), signal.Shutdown)
	})
}

// trace is a propagator of one value.
type trace struct{}

type traceKey struct{}

func (trace) Inject(ctx context.Context, carried map[string]string) {
	if id, ok := ctx.Value(traceKey{}).(string); ok {
		carried["trace"] = id
	}
}

func (trace) Extract(ctx context.Context, carried map[string]string) context.Context {
	return context.WithValue(ctx, traceKey{}, carried["trace"])
}

func TestPropagator_CarriesValuesThroughAChainOfCalls(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		require.NoError(t, genserver.SetPropagator(ctx.Runtime(), trace{}))
		require.ErrorIs(t, genserver.SetPropagator(ctx.Runtime(), trace{}), genserver.ErrPropagatorSet)
		last := start(t, ctx, &script{call: func(c *genserver.Context, from genserver.From, _ any) (any, error) {
			id, _ := c.CallContext(from).Value(traceKey{}).(string)
			return id, nil
		}}, opts)
		first := start(t, ctx, &script{call: func(c *genserver.Context, from genserver.From, req any) (any, error) {
			return genserver.CallAs[string](c.CallContext(from), last, req)
		}}, opts)
		id, err := genserver.CallAs[string](context.WithValue(ctx, traceKey{}, "4711"), first, 1)
		require.NoError(t, err)
		require.Equal(t, "4711", id)
		id, err = genserver.CallAs[string](ctx, first, 1)
		require.NoError(t, err)
		require.Empty(t, id, "nothing is left over for the next call")
	})
}
