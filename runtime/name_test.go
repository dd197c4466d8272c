package runtime_test

import (
	"context"
	"errors"
	"maps"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
)

func TestRegister_OneNamePerProcessAndOneProcessPerName(t *testing.T) {
	rt := start(t)
	other := spawn(t, rt, idle)
	within(t, rt, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Register("name"))
		require.ErrorIs(t, ctx.Register("second"), runtime.ErrAlreadyNamed)
		err := rt.Register("name", other.PID())
		require.ErrorIs(t, err, runtime.ErrNameTaken)
		var failed *registry.NameError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, ctx.PID(), failed.Owner)
		require.NoError(t, rt.Register("other", other.PID()))
		require.Equal(t, map[string]pid.PID{"name": ctx.PID(), "other": other.PID()}, maps.Collect(rt.RegisteredNames()))

		require.ErrorIs(t, ctx.Unregister("other"), registry.ErrNameNotOwned)
		require.NoError(t, ctx.Unregister("name"))
		require.ErrorIs(t, ctx.Unregister("name"), runtime.ErrNameNotFound)
		require.NoError(t, ctx.Register("second"), "the process is without a name again")
		require.NoError(t, rt.Unregister("second"))
		require.ErrorIs(t, rt.Unregister("second"), runtime.ErrNameNotFound)
		_, taken := ctx.Whereis("second")
		require.False(t, taken)
		return nil
	})
}

func TestRegister_RefusesWhatIsNoNameAndWhoIsGone(t *testing.T) {
	rt := start(t)
	gone := spawn(t, rt, func(*runtime.Context) error { return nil })
	await(t, gone)
	require.ErrorIs(t, rt.Register("name", gone.PID()), runtime.ErrNoProc)
	require.ErrorIs(t, rt.Register("name", pid.PID{}), registry.ErrNotLocal)
	for _, name := range []string{"", "\xff", strings.Repeat("x", 256)} {
		require.ErrorIs(t, rt.Register(name, gone.PID()), registry.ErrBadName)
	}
}

func TestSendNamed_ReachesWhoHasTheNameNow(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		require.ErrorIs(t, ctx.SendNamed("name", 1), runtime.ErrNameNotFound)
		require.NoError(t, ctx.Register("name"))
		require.NoError(t, ctx.SendNamed("name", 1))
		require.NoError(t, ctx.SendNamed(pid.Name{Name: "name", Node: rt.Node().Name()}, 2))
		require.NoError(t, rt.SendNamed(context.Background(), pid.Name{Name: "name"}, 3))
		for want := 1; want <= 3; want++ {
			got, err := runtime.Receive[int](ctx)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		return nil
	})
}

func TestDown_MeansThatTheNameCanBeTakenAgain(t *testing.T) {
	rt := start(t)
	repeat(t, rt, hundredThousand, func(ctx *runtime.Context) {
		name := strconv.FormatUint(ctx.PID().ID(), 10)
		_, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{Name: name, Monitor: true},
			func(*runtime.Context) error { return nil })
		must(t, err) // with the name of the one before
		down(t, ctx, ref)
	})
}

func TestExitMessage_MeansThatTheNameCanBeTakenAgain(t *testing.T) {
	rt := start(t)
	repeat(t, rt, hundredThousand/10, func(ctx *runtime.Context) {
		name := strconv.FormatUint(ctx.PID().ID(), 10)
		p, _, err := ctx.SpawnOpt(runtime.SpawnOptions{Name: name, Link: true}, idle)
		must(t, err)
		must(t, ctx.Exit(p, signal.Kill))
		_, err = runtime.Receive[signal.Exit](ctx)
		must(t, err)
	})
}

// That the target of a monitor is gone also means that its name is free.
func TestMonitorName_NoProcMeansThatTheNameIsFree(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		for range hundredThousand / 2 {
			_, err := ctx.Spawn(func(ctx *runtime.Context) error { return ctx.Register("name") })
			must(t, err)
			for {
				p, _ := ctx.Whereis("name")
				if down(t, ctx, ctx.Monitor(p)) != signal.NoProc {
					continue
				}
				q, taken := ctx.Whereis("name")
				if !taken {
					break
				}
				require.NotEqual(t, p, q)
			}
		}
		return nil
	})
}

func TestSixtyFourGoroutines_OneNameOneWinner(t *testing.T) {
	rt := start(t)
	all := make([]runtime.ProcessHandle, 64)
	for i := range all {
		all[i] = spawn(t, rt, idle)
	}
	for range hundredThousand / 100 {
		var wins sync.Map
		var wg sync.WaitGroup
		for _, h := range all {
			wg.Go(func() {
				if err := rt.Register("name", h.PID()); err == nil {
					wins.Store(h.PID(), true)
				} else if !errors.Is(err, runtime.ErrNameTaken) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		winners := 0
		for p := range wins.Range {
			winners++
			owner, _ := rt.Whereis("name")
			require.Equal(t, owner, p)
		}
		require.Equal(t, 1, winners)
		require.NoError(t, rt.Unregister("name"))
	}
}

func TestRegister_RacesExitAndLeavesNoStaleName(t *testing.T) {
	rt := start(t)
	repeat(t, rt, hundredThousand, func(ctx *runtime.Context) {
		name := strconv.FormatUint(ctx.PID().ID(), 10)
		p, ref, err := ctx.SpawnMonitor(func(*runtime.Context) error { return nil })
		must(t, err)
		err = rt.Register(name, p)
		if err != nil && !errors.Is(err, runtime.ErrNoProc) {
			require.NoError(t, err)
		}
		down(t, ctx, ref)
		if q, stale := rt.Whereis(name); stale {
			require.FailNow(t, "stale name", "of %s", q)
		}
	})
}

// A late unregister by a former owner leaves the new owner alone.
func TestUnregister_ByAFormerOwnerDoesNothing(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Register("name"))
		require.NoError(t, rt.Unregister("name"))
		next := spawnOpt(t, rt, runtime.SpawnOptions{Name: "name"}, idle)
		require.ErrorIs(t, ctx.Unregister("name"), registry.ErrNameNotOwned)
		owner, _ := ctx.Whereis("name")
		require.Equal(t, next.PID(), owner)
		return nil
	})
	_, kept := rt.Whereis("name")
	require.True(t, kept, "the end of a former owner does not free it either")
}

// The ends of a thousand processes take as long among a million names as among
// none. A scan of the names would take a thousand times as long.
func TestExit_CostIsFlatWithAMillionNames(t *testing.T) {
	rt := start(t)
	ends := func() time.Duration {
		best := time.Hour
		for range 5 {
			begin := time.Now()
			within(t, rt, func(ctx *runtime.Context) error {
				for i := range 1000 {
					_, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{Name: "n" + strconv.Itoa(i), Monitor: true},
						func(*runtime.Context) error { return nil })
					must(t, err)
					down(t, ctx, ref)
				}
				return nil
			})
			best = min(best, time.Since(begin))
		}
		return best
	}
	alone := ends()
	sleeper := func(ctx *runtime.Context) error { return ctx.Hibernate(idle) }
	for i := range million {
		_, err := rt.SpawnOpt(runtime.SpawnOptions{Name: "name " + strconv.Itoa(i)}, sleeper)
		must(t, err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	require.Less(t, ends(), 50*alone)
	require.NoError(t, rt.Shutdown(context.Background()))
}
