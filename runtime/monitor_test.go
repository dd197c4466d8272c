package runtime_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestMonitor_EachIsOneOfItsOwn(t *testing.T) {
	rt := start(t)
	target := spawn(t, rt, idle)
	within(t, rt, func(ctx *runtime.Context) error {
		self, _ := rt.Process(ctx.PID())
		a, b := ctx.Monitor(target.PID()), ctx.Monitor(target.PID())
		require.NotEqual(t, a, b)
		require.Equal(t, []pid.Address{{PID: target.PID()}, {PID: target.PID()}}, self.Monitors())
		require.Equal(t, []pid.PID{ctx.PID(), ctx.PID()}, target.Info().MonitoredBy)

		require.True(t, ctx.Demonitor(a))
		require.False(t, ctx.Demonitor(a), "it was not active any more")
		target.Exit(signal.Shutdown)
		require.Equal(t, signal.Shutdown, down(t, ctx, b))
		_, err := ctx.TryRecv()
		require.ErrorIs(t, err, runtime.ErrEmpty)
		require.Empty(t, self.Monitors())
		return nil
	})
}

func TestMonitor_DeadTargetReportsNoProc(t *testing.T) {
	rt := start(t)
	gone := spawn(t, rt, func(*runtime.Context) error { return nil })
	await(t, gone)
	within(t, rt, func(ctx *runtime.Context) error {
		for _, target := range []pid.PID{gone.PID(), {}, pid.New(rt.Node().ID(), 1<<40)} {
			ref := ctx.Monitor(target)
			d, err := runtime.Receive[signal.Down](ctx)
			require.NoError(t, err)
			require.Equal(t, signal.Down{Ref: ref, PID: target, Reason: signal.NoProc}, d)
			require.False(t, ctx.Demonitor(ref))
		}
		return nil
	})
}

func TestMonitor_OfOneselfNeverFires(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Register("me"))
		for _, ref := range []pid.Ref{ctx.Monitor(ctx.PID()), ctx.MonitorNamed(pid.Name{Name: "me"})} {
			require.NotZero(t, ref)
			require.False(t, ctx.Demonitor(ref))
		}
		_, err := ctx.TryRecv()
		require.ErrorIs(t, err, runtime.ErrEmpty)
		return nil
	})
}

func TestMonitorName_CarriesNameAndNode(t *testing.T) {
	rt := startWith(t, runtime.Config{Name: "shop@here"})
	target := spawn(t, rt, idle)
	require.NoError(t, rt.Register("till", target.PID()))
	within(t, rt, func(ctx *runtime.Context) error {
		self, _ := rt.Process(ctx.PID())
		till := pid.Name{Name: "till", Node: "shop@here"}
		ref := ctx.MonitorNamed(pid.Name{Name: "till"})
		require.Equal(t, []pid.Address{{Name: till}}, self.Monitors())
		target.Exit(signal.Kill)
		d, err := runtime.Receive[signal.Down](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Down{Ref: ref, Name: till, Reason: signal.Killed}, d)

		ref = ctx.MonitorNamed(till)
		d, err = runtime.Receive[signal.Down](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Down{Ref: ref, Name: till, Reason: signal.NoProc}, d)
		return nil
	})
}

// Once resolved the monitor stays with the process, whatever becomes of the name.
func TestMonitorName_StaysWithTheProcess(t *testing.T) {
	rt := start(t)
	first, second := spawn(t, rt, idle), spawn(t, rt, idle)
	require.NoError(t, rt.Register("name", first.PID()))
	within(t, rt, func(ctx *runtime.Context) error {
		ref := ctx.MonitorNamed(pid.Name{Name: "name"})
		require.NoError(t, rt.Unregister("name"))
		require.NoError(t, rt.Register("name", second.PID()))
		second.Exit(signal.Kill)
		await(t, second)
		_, err := ctx.TryRecv()
		require.ErrorIs(t, err, runtime.ErrEmpty)
		first.Exit(signal.Shutdown)
		require.Equal(t, signal.Shutdown, down(t, ctx, ref))
		return nil
	})
}

func TestSpawnMonitor_BodyThatReturnsAtOnceIsNormalNeverNoProc(t *testing.T) {
	rt := start(t)
	repeat(t, rt, hundredThousand, func(ctx *runtime.Context) {
		child, ref, err := ctx.SpawnMonitor(func(*runtime.Context) error { return nil })
		must(t, err)
		m, err := ctx.Recv()
		must(t, err)
		if m.Value() != (signal.Down{Ref: ref, PID: child, Reason: signal.Normal}) {
			require.FailNow(t, "unexpected", "%v", m.Value())
		}
	})
}

func TestMonitor_RacesExitAndExactlyOneDownComes(t *testing.T) {
	rt := start(t)
	repeat(t, rt, million, func(ctx *runtime.Context) {
		target, err := ctx.Spawn(func(*runtime.Context) error { return signal.Shutdown })
		must(t, err)
		ref := ctx.Monitor(target)
		m, err := ctx.Recv()
		must(t, err)
		d, ok := m.Value().(signal.Down)
		if !ok || d.Ref != ref || d.PID != target || d.Reason != signal.Shutdown && d.Reason != signal.NoProc {
			require.FailNow(t, "unexpected", "%v", m.Value())
		}
		mustBeEmpty(t, ctx)
	})
}

func TestDemonitor_ThenDeathAndNoDownComes(t *testing.T) {
	rt := start(t)
	repeat(t, rt, hundredThousand, func(ctx *runtime.Context) {
		target, ref, err := ctx.SpawnMonitor(func(*runtime.Context) error { return nil })
		must(t, err)
		witness := ctx.Monitor(target)
		if !ctx.Demonitor(ref) {
			down(t, ctx, ref) // it has come before
		}
		down(t, ctx, witness)
		mustBeEmpty(t, ctx)
	})
}

func TestDemonitorFlush_TakesAQueuedDownOut(t *testing.T) {
	rt := start(t)
	repeat(t, rt, hundredThousand, func(ctx *runtime.Context) {
		target, ref, err := ctx.SpawnMonitor(func(*runtime.Context) error { return nil })
		must(t, err)
		must(t, ctx.Send(ctx.PID(), "before"))
		witness := ctx.Monitor(target)
		ctx.DemonitorFlush(ref)
		down(t, ctx, witness)
		require.False(t, ctx.DemonitorFlush(ref))
		m, err := ctx.Recv()
		must(t, err)
		require.Equal(t, "before", m.Value())
		mustBeEmpty(t, ctx)
	})
}

func TestDemonitor_OfAnotherProcessesMonitorDoesNothing(t *testing.T) {
	rt := start(t)
	target := spawn(t, rt, idle)
	refs := make(chan pid.Ref, 1)
	watcher := spawn(t, rt, func(ctx *runtime.Context) error {
		refs <- ctx.Monitor(target.PID())
		return idle(ctx)
	})
	ref := <-refs
	within(t, rt, func(ctx *runtime.Context) error {
		require.False(t, ctx.Demonitor(ref))
		require.False(t, ctx.DemonitorFlush(pid.Ref{}))
		return nil
	})
	require.Equal(t, []pid.PID{watcher.PID()}, target.Info().MonitoredBy)
}

func TestAMillionShortLivedWatchers_LeaveNothingInTheirTarget(t *testing.T) {
	rt := start(t)
	server := spawn(t, rt, idle)
	repeat(t, rt, million, func(ctx *runtime.Context) {
		_, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			ctx.Monitor(server.PID())
			return nil
		})
		must(t, err)
		if down(t, ctx, ref) != signal.Normal {
			require.FailNow(t, "a watcher failed")
		}
	})
	require.Zero(t, server.Holdings())
}

func TestDeadTarget_LeavesNothingInItsWatchers(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		self, _ := rt.Process(ctx.PID())
		ctx.SetTrapExit(true)
		for range 1000 {
			_, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{Link: true, Monitor: true}, func(*runtime.Context) error { return nil })
			require.NoError(t, err)
			down(t, ctx, ref)
		}
		require.Zero(t, self.Holdings())
		return nil
	})
}

// What a process sent before it died arrives before its EXIT and its DOWN.
func TestDown_ComesAfterWhatWasSentBefore(t *testing.T) {
	rt := start(t)
	repeat(t, rt, hundredThousand/4, func(ctx *runtime.Context) {
		me := ctx.PID()
		_, _, err := ctx.SpawnOpt(runtime.SpawnOptions{Link: true, Monitor: true}, func(ctx *runtime.Context) error {
			must(t, ctx.Send(me, 1))
			must(t, ctx.SendRaw(me, []byte("2")))
			return ctx.Exit(me, signal.Error("3"))
		})
		must(t, err)
		for _, want := range []string{"int", "[]uint8", "signal.Exit", "signal.Exit", "signal.Down"} {
			m, err := ctx.Recv()
			must(t, err)
			if got := typeName(m.Value()); got != want {
				require.Equal(t, want, got)
			}
		}
	})
}

func TestMonitor_OfAnExitingProcessComesWhenItIsDead(t *testing.T) {
	rt := start(t)
	leave := make(chan struct{})
	target := spawn(t, rt, func(ctx *runtime.Context) error {
		defer func() { <-leave }()
		return idle(ctx)
	})
	target.Exit(signal.Shutdown)
	within(t, rt, func(ctx *runtime.Context) error {
		ref := ctx.Monitor(target.PID())
		require.Equal(t, runtime.Exiting, target.Info().State)
		require.ErrorIs(t, ctx.Link(target.PID()), runtime.ErrNoProc)
		_, err := ctx.TryRecv()
		require.ErrorIs(t, err, runtime.ErrEmpty)
		close(leave)
		require.Equal(t, signal.Shutdown, down(t, ctx, ref))
		require.False(t, rt.IsAlive(target.PID()))
		require.ErrorIs(t, rt.Send(context.Background(), target.PID(), 1), runtime.ErrNoProc)
		return nil
	})
}
