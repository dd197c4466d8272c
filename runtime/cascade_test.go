package runtime_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

const chainLength = 10_000

// chain starts processes that are linked each with the one before, and returns
// their handles. ready is called in each once its link stands.
func chain(t *testing.T, rt *runtime.Runtime, ready runtime.Body) []runtime.ProcessHandle {
	t.Helper()
	all := make([]runtime.ProcessHandle, chainLength)
	linked := make(chan struct{})
	for i := range all {
		all[i] = spawn(t, rt, func(ctx *runtime.Context) error {
			if i > 0 {
				if err := ctx.Link(all[i-1].PID()); err != nil {
					return err
				}
			}
			linked <- struct{}{}
			return ready(ctx)
		})
		<-linked
	}
	return all
}

func TestChainOf10000_DiesOfOneExit(t *testing.T) {
	rt := start(t)
	all := chain(t, rt, idle)
	all[0].Exit(signal.Error("boom"))
	for _, h := range all {
		require.Equal(t, signal.Error("boom"), await(t, h))
	}
}

func TestRingOf10000_DiesOfOneKill(t *testing.T) {
	rt := start(t)
	all := chain(t, rt, func(ctx *runtime.Context) error {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		require.NoError(t, ctx.Link(m.Value().(runtime.From).PID))
		return idle(ctx)
	})
	last := all[chainLength-1]
	require.NoError(t, all[0].Send(context.Background(), runtime.From{PID: last.PID()}))
	for len(last.Links()) < 2 {
		await(t, spawn(t, rt, func(*runtime.Context) error { return nil })) // lets others run
	}
	all[chainLength/2].Exit(signal.Kill)
	for _, h := range all {
		require.Equal(t, signal.Killed, await(t, h))
	}
}

// Nobody's goroutine runs between one death and the next, so they would be as
// deep in the stack as the chain is long if a death called the next one.
func TestChainOf10000_DiesInItsSleep(t *testing.T) {
	rt := start(t)
	all := chain(t, rt, func(ctx *runtime.Context) error { return ctx.Hibernate(idle) })
	for !all[chainLength-1].Info().Hibernating {
		await(t, spawn(t, rt, func(*runtime.Context) error { return nil }))
	}
	all[chainLength-1].Exit(signal.Shutdown)
	for _, h := range all {
		require.Equal(t, signal.Shutdown, await(t, h))
	}
}

func TestChainOf10000_StopsAtWhoTraps(t *testing.T) {
	rt := start(t)
	all := chain(t, rt, idle)
	within(t, rt, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		require.NoError(t, ctx.Link(all[0].PID()))
		all[chainLength-1].Exit(signal.Kill)
		exit, err := runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Exit{From: all[0].PID(), Reason: signal.Killed}, exit)
		return nil
	})
}
