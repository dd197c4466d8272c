package runtime_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
)

func TestRemote_MessagesArriveInOrder(t *testing.T) {
	a, b, _ := twoNodes(t)
	got := make(chan any, 8)
	sink := spawnOpt(t, b, runtime.SpawnOptions{Name: "sink"}, func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			got <- m.Value()
		}
	})
	name := pid.Name{Name: "sink", Node: "b@there"}
	within(t, a, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Send(sink.PID(), 1))
		require.NoError(t, ctx.SendNamed(name, 2))
		require.NoError(t, ctx.SendRaw(sink.PID(), []byte("3")))
		require.NoError(t, a.Send(ctx, sink.PID(), 4))
		require.NoError(t, a.SendNamed(ctx, name, 5))
		_, err := ctx.SendAfter(sink.PID(), 0, 6)
		require.NoError(t, err)
		for _, want := range []any{1, 2, []byte("3"), 4, 5, 6} {
			require.Equal(t, want, <-got)
		}
		_, err = ctx.SendNamedAfter(name, 0, 7)
		require.NoError(t, err)
		require.Equal(t, 7, <-got)

		require.NoError(t, ctx.SendNamed(pid.Name{Name: "nobody", Node: "b@there"}, 1), "it is on its way")
		return nil
	})
}

func TestRemote_LinkCarriesTheEndBothWays(t *testing.T) {
	a, b, _ := twoNodes(t)
	there := spawn(t, b, idle)
	linked := make(chan struct{})
	here := spawn(t, a, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Link(there.PID()))
		require.NoError(t, ctx.Link(there.PID()))
		close(linked)
		return idle(ctx)
	})
	<-linked
	require.Equal(t, []pid.PID{here.PID()}, there.Links())
	here.Exit(signal.Kill)
	require.Equal(t, signal.Killed, await(t, there))

	within(t, a, func(ctx *runtime.Context) error {
		self, _ := a.Process(ctx.PID())
		ctx.SetTrapExit(true)
		there := spawn(t, b, idle)
		require.NoError(t, ctx.Link(there.PID()))
		require.NoError(t, ctx.Exit(there.PID(), signal.Error("boom")))
		exit, err := runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Exit{From: there.PID(), Reason: signal.Error("boom")}, exit)
		require.Zero(t, self.Holdings())
		return nil
	})
}

func TestRemote_UnlinkTakesBothSidesAway(t *testing.T) {
	a, b, _ := twoNodes(t)
	there := spawn(t, b, idle)
	within(t, a, func(ctx *runtime.Context) error {
		self, _ := a.Process(ctx.PID())
		require.NoError(t, ctx.Link(there.PID()))
		require.NoError(t, ctx.Unlink(there.PID()))
		require.Zero(t, self.Holdings())
		require.Zero(t, there.Holdings())
		there.Exit(signal.Kill)
		await(t, there)
		mustBeEmpty(t, ctx)
		return nil
	})
}

func TestRemote_LinkWithWhoIsGoneComesBackAsAnExitSignal(t *testing.T) {
	a, b, _ := twoNodes(t)
	gone := spawn(t, b, func(*runtime.Context) error { return nil })
	await(t, gone)
	within(t, a, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		require.NoError(t, ctx.Link(gone.PID()), "it returns at once")
		exit, err := runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Exit{From: gone.PID(), Reason: signal.NoProc}, exit)
		return nil
	})
	require.Equal(t, signal.NoProc, await(t, spawn(t, a, func(ctx *runtime.Context) error {
		_ = ctx.Link(gone.PID())
		return idle(ctx)
	})))
}

func TestRemote_MonitorByPIDAndByName(t *testing.T) {
	a, b, _ := twoNodes(t)
	there := spawnOpt(t, b, runtime.SpawnOptions{Name: "server"}, idle)
	name := pid.Name{Name: "server", Node: "b@there"}
	within(t, a, func(ctx *runtime.Context) error {
		self, _ := a.Process(ctx.PID())
		byPID, byName := ctx.Monitor(there.PID()), ctx.MonitorNamed(name)
		require.Equal(t, []pid.PID{ctx.PID(), ctx.PID()}, there.Info().MonitoredBy)
		for _, ref := range []pid.Ref{ctx.Monitor(there.PID()), ctx.MonitorNamed(name)} {
			require.True(t, ctx.Demonitor(ref))
			require.False(t, ctx.Demonitor(ref))
		}
		require.Equal(t, 2, there.Holdings().Watchers)
		there.Exit(signal.Shutdown)
		got := map[pid.Ref]signal.Down{}
		for range 2 {
			d, err := runtime.Receive[signal.Down](ctx)
			require.NoError(t, err)
			got[d.Ref] = d
		}
		require.Equal(t, map[pid.Ref]signal.Down{
			byPID:  {Ref: byPID, PID: there.PID(), Reason: signal.Shutdown},
			byName: {Ref: byName, Name: name, Reason: signal.Shutdown},
		}, got)

		await(t, there)
		byPID, byName = ctx.Monitor(there.PID()), ctx.MonitorNamed(name)
		require.Equal(t, signal.NoProc, down(t, ctx, byPID))
		d, err := runtime.Receive[signal.Down](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Down{Ref: byName, Name: name, Reason: signal.NoProc}, d)
		require.Zero(t, self.Holdings())
		mustBeEmpty(t, ctx)
		return nil
	})
}

func TestRemote_DeadWatcherLeavesNothingInItsTarget(t *testing.T) {
	a, b, _ := twoNodes(t)
	there := spawnOpt(t, b, runtime.SpawnOptions{Name: "server"}, idle)
	await(t, spawn(t, a, func(ctx *runtime.Context) error {
		ctx.Monitor(there.PID())
		ctx.MonitorNamed(pid.Name{Name: "server", Node: "b@there"})
		return ctx.Link(there.PID())
	}))
	require.Zero(t, there.Holdings())
}

// The time of a bubble: however slow all is, a request is out before its time is over.
func TestRemote_Calls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, _ := twoNodes(t)
		server := spawnOpt(t, b, runtime.SpawnOptions{Name: "server"}, echo)
		calls := make(chan runtime.From, 8)
		silent := spawn(t, b, deaf(calls))
		gone := spawn(t, b, func(*runtime.Context) error { return nil })
		await(t, gone)
		within(t, a, func(ctx *runtime.Context) error {
			n, err := runtime.Call[int](ctx, server.PID(), 42)
			require.NoError(t, err)
			require.Equal(t, 42, n)
			n, err = runtime.CallNamed[int](ctx, pid.Name{Name: "server", Node: "b@there"}, 43)
			require.NoError(t, err)
			require.Equal(t, 43, n)
			require.Zero(t, server.Holdings())

			_, err = runtime.Call[int](ctx, gone.PID(), 1)
			require.ErrorIs(t, err, runtime.ErrNoProc)
			_, err = runtime.CallNamed[int](ctx, pid.Name{Name: "nobody", Node: "b@there"}, 1)
			require.ErrorIs(t, err, runtime.ErrNoProc)

			_, err = runtime.CallTimeout[int](ctx, silent.PID(), 1, time.Millisecond)
			require.ErrorIs(t, err, runtime.ErrTimeout)
			require.Zero(t, silent.Holdings(), "who gave up is forgotten")
			late := <-calls
			within(t, b, func(ctx *runtime.Context) error { return ctx.Reply(late, 99) })
			mustBeEmpty(t, ctx)

			go func() {
				<-calls
				silent.Exit(signal.Kill)
			}()
			_, err = runtime.Call[int](ctx, silent.PID(), 1)
			require.ErrorIs(t, err, signal.Killed)
			return nil
		})
	})
}

func TestRemote_CallRefusedForWantOfRoomSaysSo(t *testing.T) {
	a, b, _ := twoNodes(t)
	full := spawnOpt(t, b, runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: mailbox.Reject}},
		func(ctx *runtime.Context) error { <-ctx.Done(); return nil })
	require.NoError(t, full.Send(context.Background(), 1))
	within(t, a, func(ctx *runtime.Context) error {
		_, err := runtime.Call[int](ctx, full.PID(), 2)
		require.ErrorContains(t, err, mailbox.ErrMailboxFull.Error())
		require.Zero(t, full.Holdings())
		return nil
	})
}

func TestRemote_CallerThatDiesIsForgotten(t *testing.T) {
	a, b, _ := twoNodes(t)
	calls := make(chan runtime.From, 1)
	silent := spawn(t, b, deaf(calls))
	caller := spawn(t, a, func(ctx *runtime.Context) error {
		_, err := runtime.Call[int](ctx, silent.PID(), 1)
		return err
	})
	<-calls
	caller.Exit(signal.Shutdown)
	require.Equal(t, signal.Shutdown, await(t, caller))
	require.Zero(t, silent.Holdings())
}

func TestRemote_LostConnectionIsNoConnection(t *testing.T) {
	a, b, net := twoNodes(t)
	there := spawnOpt(t, b, runtime.SpawnOptions{Name: "server"}, idle)
	net.cut()
	within(t, a, func(ctx *runtime.Context) error {
		testNoConnection(t, ctx, there.PID())
		return nil
	})
	require.Equal(t, signal.NoConnection, await(t, spawn(t, a, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Link(there.PID()))
		return idle(ctx)
	})))
	require.True(t, there.IsAlive())
	require.Zero(t, there.Holdings())
}

func TestRemote_WithoutAHookIsNoConnection(t *testing.T) {
	a, b := start(t), startWith(t, runtime.Config{Name: "b@there"})
	there := spawnOpt(t, b, runtime.SpawnOptions{Name: "server"}, idle)
	within(t, a, func(ctx *runtime.Context) error {
		require.ErrorIs(t, ctx.Send(there.PID(), 1), registry.ErrNoRemoteHook)
		testNoConnection(t, ctx, there.PID())
		return nil
	})
}

// testNoConnection checks what a process learns of one that it cannot reach, which
// has the name "server".
func testNoConnection(t *testing.T, ctx *runtime.Context, to pid.PID) {
	t.Helper()
	self, _ := ctx.Runtime().Process(ctx.PID())
	name := pid.Name{Name: "server", Node: to.Node().Name()}
	ctx.SetTrapExit(true)
	_, call := runtime.Call[int](ctx, to, 1)
	_, callName := runtime.CallNamed[int](ctx, name, 1)
	for _, err := range []error{
		ctx.Send(to, 1), ctx.SendRaw(to, nil), ctx.SendNamed(name, 1), ctx.Exit(to, signal.Kill), call, callName,
	} {
		require.ErrorIs(t, err, runtime.ErrNoConnection)
	}
	require.NoError(t, ctx.Link(to))
	exit, err := runtime.Receive[signal.Exit](ctx)
	require.NoError(t, err)
	require.Equal(t, signal.Exit{From: to, Reason: signal.NoConnection}, exit)
	require.Equal(t, signal.NoConnection, down(t, ctx, ctx.Monitor(to)))
	require.Equal(t, signal.NoConnection, down(t, ctx, ctx.MonitorNamed(name)))
	require.Zero(t, self.Holdings())
	mustBeEmpty(t, ctx)
}

func TestRemote_ASecondHookIsRefused(t *testing.T) {
	a, _, net := twoNodes(t)
	require.ErrorIs(t, a.SetRemoteSendHook(net), registry.ErrHookSet)
}

func TestTwoNodes_OneRestartedAndOldPIDsMatchNothing(t *testing.T) {
	a, before, net := twoNodes(t)
	old := spawnOpt(t, before, runtime.SpawnOptions{Name: "server"}, idle)
	require.NoError(t, before.Shutdown(context.Background()))
	after := net.node(t, "b@there")
	next := spawnOpt(t, after, runtime.SpawnOptions{Name: "server"}, echo)
	require.Equal(t, old.PID().ID(), next.PID().ID(), "they differ in the creation alone")
	require.NotEqual(t, old.PID(), next.PID())

	within(t, a, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		require.NoError(t, ctx.Send(old.PID(), 1), "from here it cannot be told apart")
		require.NoError(t, ctx.Exit(old.PID(), signal.Kill))
		require.NoError(t, ctx.Link(old.PID()))
		exit, err := runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Exit{From: old.PID(), Reason: signal.NoProc}, exit)
		require.Equal(t, signal.NoProc, down(t, ctx, ctx.Monitor(old.PID())))
		_, err = runtime.Call[int](ctx, old.PID(), 1)
		require.ErrorIs(t, err, runtime.ErrNoProc)
		n, err := runtime.CallNamed[int](ctx, pid.Name{Name: "server", Node: "b@there"}, 7)
		require.NoError(t, err)
		require.Equal(t, 7, n)
		return nil
	})
	within(t, after, func(ctx *runtime.Context) error { // its own old PIDs
		require.ErrorIs(t, ctx.Send(old.PID(), 1), registry.ErrStalePID)
		require.ErrorIs(t, ctx.Link(old.PID()), runtime.ErrNoProc)
		require.Equal(t, signal.NoProc, down(t, ctx, ctx.Monitor(old.PID())))
		_, err := runtime.Call[int](ctx, old.PID(), 1)
		require.ErrorIs(t, err, runtime.ErrNoProc)
		require.NoError(t, ctx.Exit(old.PID(), signal.Kill))
		require.False(t, ctx.IsAlive(old.PID()))
		require.NoError(t, ctx.Reply(runtime.From{PID: old.PID(), Ref: after.Node().NextRef()}, 1))
		_, found := after.Process(old.PID())
		require.False(t, found)
		return nil
	})
	require.True(t, next.IsAlive())
	require.EqualValues(t, 1, next.Info().Received, "the call by name and nothing else")
}

func TestDeliver_SaysWhatCannotBe(t *testing.T) {
	a, b, _ := twoNodes(t)
	h := spawn(t, b, idle)
	ctx := context.Background()
	to := pid.Address{PID: h.PID()}
	require.Error(t, b.Deliver(ctx, to, signal.Envelope{}), "no kind of signal")
	require.Error(t, b.Deliver(ctx, to, signal.Envelope{Kind: 99}))
	require.Error(t, b.Deliver(ctx, to, signal.Envelope{Kind: signal.Raw, Value: "no bytes"}))
	require.ErrorIs(t, a.Deliver(ctx, to, signal.Envelope{Kind: signal.Message}), registry.ErrNotLocal)
	var failed *registry.SendError
	require.True(t, errors.As(b.Deliver(ctx, pid.Address{Name: pid.Name{Name: "nobody"}}, signal.Envelope{Kind: signal.Message}), &failed))
	for _, kind := range []signal.Kind{signal.ExitSignal, signal.LinkExit, signal.Unlink, signal.Demonitor, signal.DownSignal, signal.Reply} {
		gone := pid.Address{PID: pid.New(b.Node().ID(), 1<<40)}
		require.NoError(t, b.Deliver(ctx, gone, signal.Envelope{Kind: kind}), "late is as good as done")
		require.NoError(t, b.Deliver(ctx, to, signal.Envelope{Kind: kind}), "nothing that it knows of")
	}
	require.True(t, h.IsAlive())
}

// The end of one process reaches a thousand on two nodes, whoever is on which.
func TestRemote_ChainAcrossTwoNodesDiesOfOneExit(t *testing.T) {
	a, b, _ := twoNodes(t)
	all := make([]runtime.ProcessHandle, 1000)
	linked := make(chan struct{})
	for i := range all {
		all[i] = spawn(t, []*runtime.Runtime{a, b}[i%2], func(ctx *runtime.Context) error {
			if i > 0 {
				if err := ctx.Link(all[i-1].PID()); err != nil {
					return err
				}
			}
			linked <- struct{}{}
			return idle(ctx)
		})
		<-linked
	}
	all[500].Exit(signal.Error("boom"))
	for _, h := range all {
		require.Equal(t, signal.Error("boom"), await(t, h))
	}
}
