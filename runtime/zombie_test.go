package runtime_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestKill_WhileReceivingIsDownAtOnce(t *testing.T) {
	rt := start(t)
	repeat(t, rt, hundredThousand/4, func(ctx *runtime.Context) {
		child, ref, err := ctx.SpawnMonitor(idle)
		must(t, err)
		must(t, ctx.Exit(child, signal.Kill))
		if down(t, ctx, ref) != signal.Killed {
			require.FailNow(t, "wrong reason")
		}
	})
}

// busyBody computes and never looks at its mailbox.
func busyBody(stop *atomic.Bool) {
	for !stop.Load() {
	}
}

func TestKill_OfABusyLoopIsDownAtOnceAndLeavesAZombie(t *testing.T) {
	rt := start(t)
	var stop atomic.Bool
	begun := make(chan struct{})
	within(t, rt, func(ctx *runtime.Context) error {
		child, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{Name: "busy", Label: "the busy one", Monitor: true},
			func(*runtime.Context) error {
				close(begun)
				busyBody(&stop)
				return nil
			})
		require.NoError(t, err)
		<-begun
		require.NoError(t, ctx.Exit(child, signal.Kill))
		require.Equal(t, signal.Killed, down(t, ctx, ref))
		require.NoError(t, ctx.Register("busy"), "its name is free")
		require.False(t, ctx.IsAlive(child))
		require.Equal(t, 1, rt.Len(), "it is not counted as a process")
		require.Equal(t, 1, rt.ZombieCount())

		zombies := rt.Zombies()
		require.Len(t, zombies, 1)
		z := zombies[0]
		require.Equal(t, child, z.PID)
		require.Equal(t, "the busy one", z.Label)
		require.Equal(t, signal.Killed, z.Reason)
		require.Positive(t, z.Age)
		require.WithinDuration(t, time.Now(), z.Since, time.Minute)
		require.Contains(t, z.Stack, "runtime_test.busyBody")

		stop.Store(true)
		for rt.ZombieCount() > 0 { // it leaves the list when its body returns
			await(t, spawn(t, rt, func(*runtime.Context) error { return nil }))
		}
		require.Empty(t, rt.Zombies())
		return nil
	})
}

// Whatever a zombie tries, it reaches nobody and nobody reaches it.
func TestZombie_IsCutOff(t *testing.T) {
	rt := start(t)
	witness := spawnOpt(t, rt, runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil || m.Value() == "end" {
				return err
			}
			require.Equal(t, "end", m.Value(), "a zombie was heard")
		}
	})
	begun, killed, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	zombie := spawn(t, rt, func(ctx *runtime.Context) error {
		defer close(done)
		close(begun)
		<-killed
		to := witness.PID()
		require.Error(t, ctx.Send(to, "boo"))
		require.Error(t, ctx.SendRaw(to, []byte("boo")))
		require.Error(t, ctx.Exit(to, signal.Error("boo")))
		require.Error(t, ctx.Link(to))
		require.Error(t, ctx.Register("zombie"))
		require.Zero(t, ctx.Monitor(to))
		_, err := ctx.Spawn(idle)
		require.ErrorIs(t, err, runtime.ErrTerminated)
		_, err = ctx.SendAfter(to, 0, "boo")
		require.Error(t, err)
		_, err = runtime.Call[any](ctx, to, "boo")
		require.Error(t, err)
		return nil
	})
	<-begun
	zombie.Exit(signal.Kill)
	require.Equal(t, signal.Killed, await(t, zombie))
	close(killed)
	<-done
	require.ErrorIs(t, zombie.Send(context.Background(), 1), runtime.ErrNoProc)
	require.Zero(t, witness.Holdings())
	require.NoError(t, witness.Send(context.Background(), "end"))
	require.Equal(t, signal.Normal, await(t, witness))
	require.NoError(t, rt.Shutdown(context.Background()))
	require.Zero(t, zombie.Holdings())
}

func TestZombies_AreListedOldestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		leave := make(chan struct{})
		var want []any
		for range 5 {
			h := spawn(t, rt, func(*runtime.Context) error { <-leave; return nil })
			synctest.Wait()
			h.Exit(signal.Kill)
			want = append(want, h.PID())
			pass(time.Second)
		}
		var got []any
		for i, z := range rt.Zombies() {
			got = append(got, z.PID)
			require.Equal(t, time.Duration(5-i)*time.Second, z.Age)
		}
		require.Equal(t, want, got)
		close(leave)
		synctest.Wait()
		require.Zero(t, rt.ZombieCount())
	})
}

func TestExitGrace_AStubbornBodyIsDeadWhenItIsOver(t *testing.T) {
	for _, row := range []struct {
		name  string
		cfg   runtime.Config
		opts  runtime.SpawnOptions
		grace time.Duration
	}{
		{"default", runtime.Config{}, runtime.SpawnOptions{}, runtime.DefaultExitGrace},
		{"of the runtime", runtime.Config{ExitGrace: time.Minute}, runtime.SpawnOptions{}, time.Minute},
		{"of the spawn", runtime.Config{ExitGrace: time.Minute}, runtime.SpawnOptions{ExitGrace: time.Hour}, time.Hour},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := startWith(t, row.cfg)
				leave := make(chan struct{})
				h := spawnOpt(t, rt, row.opts, func(ctx *runtime.Context) error {
					require.NoError(t, ctx.Register("stubborn"))
					<-leave
					return nil
				})
				synctest.Wait()
				asked := time.Now()
				h.Exit(signal.Shutdown)
				h.Exit(signal.Error("too late to matter"))
				require.Equal(t, runtime.Exiting, h.Info().State)
				require.False(t, h.IsAlive())
				p, held := rt.Whereis("stubborn")
				require.True(t, held, "names are held while it is Exiting")
				require.Equal(t, h.PID(), p)

				require.Equal(t, signal.Shutdown, await(t, h))
				require.Equal(t, row.grace, time.Since(asked))
				_, held = rt.Whereis("stubborn")
				require.False(t, held)
				require.Equal(t, 1, rt.ZombieCount())
				close(leave)
				synctest.Wait()
				require.Zero(t, rt.ZombieCount())
			})
		})
	}
}

func TestExitGrace_ABodyThatReturnsInTimeIsNoZombie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h := spawn(t, rt, func(ctx *runtime.Context) error {
			<-ctx.Done()
			pass(runtime.DefaultExitGrace - 1)
			return nil
		})
		h.Exit(signal.Shutdown)
		require.Equal(t, signal.Shutdown, await(t, h))
		require.Zero(t, rt.ZombieCount())
	})
}

func TestKill_OfAnExitingProcessEndsItAtOnceAndKeepsItsReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		leave := make(chan struct{})
		h := spawn(t, rt, func(*runtime.Context) error { <-leave; return nil })
		synctest.Wait()
		h.Exit(signal.Shutdown)
		asked := time.Now()
		h.Exit(signal.Kill)
		h.Exit(signal.Kill)
		require.Equal(t, signal.Shutdown, await(t, h))
		require.Zero(t, time.Since(asked))
		close(leave)
	})
}
