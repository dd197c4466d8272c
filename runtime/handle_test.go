package runtime_test

import (
	"context"
	"errors"
	"math"
	goruntime "runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestProcessHandle_SeesAProcessFromOutside(t *testing.T) {
	rt := start(t)
	other := spawn(t, rt, idle)
	told := make(chan struct{})
	h := spawnOpt(t, rt, runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Link(other.PID()))
		ctx.Monitor(other.PID())
		close(told)
		var got []any
		for len(got) < 2 {
			m, err := ctx.Recv()
			require.NoError(t, err)
			got = append(got, m.Value())
		}
		require.Equal(t, []any{"text", []byte("raw")}, got)
		m, err := ctx.Recv()
		require.NoError(t, err)
		return m.Value().(signal.Exit).Reason
	})
	<-told
	again, ok := rt.Process(h.PID())
	require.True(t, ok)
	require.Equal(t, h, again, "handles of one process are equal")
	require.True(t, h == again)
	require.True(t, h.IsAlive())
	require.True(t, h.TrapsExits())
	require.False(t, other.TrapsExits())
	require.Equal(t, []pid.PID{other.PID()}, h.Links())
	require.Equal(t, []pid.Address{{PID: other.PID()}}, h.Monitors())
	_, ended := h.ExitReason()
	require.False(t, ended)

	require.NoError(t, h.Send(context.Background(), "text"))
	require.NoError(t, h.SendRaw(context.Background(), []byte("raw")))
	h.Exit(signal.ShutdownReason("enough"))
	require.Equal(t, signal.ShutdownReason("enough"), await(t, h))
	reason, ended := h.ExitReason()
	require.True(t, ended)
	require.Equal(t, signal.ShutdownReason("enough"), reason)
	require.False(t, h.IsAlive())
	require.Empty(t, h.Links())
	require.Empty(t, h.Monitors())
	info := h.Info()
	require.Equal(t, runtime.Dead, info.State)
	require.Equal(t, signal.ShutdownReason("enough"), info.Reason)
	_, ok = rt.Process(h.PID())
	require.False(t, ok)
}

func TestProcessHandle_WaitEndsWithItsContext(t *testing.T) {
	rt := start(t)
	h := spawn(t, rt, idle)
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(enough)
	_, err := h.Wait(ctx)
	require.ErrorIs(t, err, enough)
	h.Exit(signal.Kill)
	require.Equal(t, signal.Killed, await(t, h))
	require.Equal(t, signal.Killed, await(t, h), "as often as one likes")
}

// Whoever waits finds all told, also if the process is Dead when the wait begins.
func TestProcessHandle_WaitEndsWhenAllWereTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{Name: "a@here"})
		hook := make(slowHook)
		require.NoError(t, rt.SetRemoteSendHook(hook))
		h := spawn(t, rt, idle)
		far, err := pid.NewNode("b@there")
		require.NoError(t, err)
		watch := signal.Envelope{Kind: signal.Monitor, From: far.NextPID(), Ref: far.NextRef()}
		require.NoError(t, rt.Deliver(context.Background(), pid.Address{PID: h.PID()}, watch))

		ended := make(chan signal.ExitReason, 2)
		wait := func() { ended <- await(t, h) }
		go wait()
		h.Exit(signal.Shutdown)
		synctest.Wait()
		require.Equal(t, runtime.Dead, h.Info().State)
		go wait()
		synctest.Wait()
		require.Empty(t, ended, "the down is not on its way yet")
		close(hook)
		require.Equal(t, signal.Shutdown, <-ended)
		require.Equal(t, signal.Shutdown, <-ended)
	})
}

func TestDead_MeansOutOfTheTableConcurrentSafe(t *testing.T) {
	rt := start(t)
	for range hundredThousand / 20 {
		h := spawn(t, rt, func(*runtime.Context) error { return nil })
		for dead := false; !dead; _, dead = h.ExitReason() {
			goruntime.Gosched()
		}
		_, there := rt.Process(h.PID())
		require.False(t, there)
	}
}

func TestState_HasNames(t *testing.T) {
	require.Equal(t, []string{"running", "exiting", "dead"},
		[]string{runtime.Running.String(), runtime.Exiting.String(), runtime.Dead.String()})
}

func TestInfoN_ListsSoManyAndCountsAll(t *testing.T) {
	rt := start(t)
	hub := spawn(t, rt, idle)
	ready := make(chan struct{})
	spawn(t, rt, func(ctx *runtime.Context) error {
		for range 1000 {
			ctx.Monitor(hub.PID())
		}
		require.NoError(t, ctx.Link(hub.PID()))
		close(ready)
		return idle(ctx)
	})
	<-ready
	for lists, want := range map[int][2]int{0: {0, 0}, 7: {7, 1}, math.MaxInt: {1000, 1}} {
		s, ok := rt.InfoN(hub.PID(), lists)
		require.True(t, ok)
		require.Equal(t, want, [2]int{len(s.MonitoredBy), len(s.Links)})
		require.Equal(t, [2]int{1000, 1}, [2]int{s.WatcherCount, s.LinkCount})
	}
}

func TestInfo_ShowsAllThatAProcessHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{Name: "here@host"})
		other := spawnOpt(t, rt, runtime.SpawnOptions{Name: "other"}, idle)
		h := spawnOpt(t, rt, runtime.SpawnOptions{Name: "worker", TrapExit: true}, func(ctx *runtime.Context) error {
			ctx.SetLabel("number 7")
			require.NoError(t, ctx.Link(other.PID()))
			ctx.Monitor(other.PID())
			ctx.MonitorNamed(pid.Name{Name: "other"})
			for range 3 {
				_, err := ctx.Recv()
				require.NoError(t, err)
			}
			<-ctx.Done()
			return nil
		})
		watcher := spawn(t, rt, func(ctx *runtime.Context) error {
			ctx.Monitor(h.PID())
			return idle(ctx)
		})
		for i := range 5 {
			require.NoError(t, h.Send(context.Background(), i))
		}
		pass(time.Minute)
		synctest.Wait()
		info, ok := rt.Info(h.PID())
		require.True(t, ok)
		require.Equal(t, runtime.ProcessState{
			PID: h.PID(), State: runtime.Running, Name: "worker", Label: "number 7", QueueLen: 2, Received: 3,
			Links:       []pid.PID{other.PID()},
			Monitors:    []pid.Address{{PID: other.PID()}, {Name: pid.Name{Name: "other", Node: "here@host"}}},
			MonitoredBy: []pid.PID{watcher.PID()},
			LinkCount:   1, MonitorCount: 2, WatcherCount: 1,
			TrapExit: true,
			Age:      time.Minute,
		}, info)
		require.Equal(t, time.Minute, rt.Uptime())

		all := slices.Collect(rt.Processes())
		slices.SortFunc(all, func(a, b runtime.ProcessState) int { return a.PID.Compare(b.PID) })
		require.Len(t, all, 3)
		require.Equal(t, info, all[1])
		pids := slices.SortedFunc(rt.PIDs(), pid.PID.Compare)
		require.Equal(t, []pid.PID{other.PID(), h.PID(), watcher.PID()}, pids)
		require.Equal(t, 3, rt.Len())
		for range rt.Processes() {
			break // an iteration may be left
		}
		h.Exit(signal.Kill)
		_, ok = rt.Info(h.PID())
		require.False(t, ok)
	})
}

// A listing while processes come and go sees each that is there all the time.
func TestProcesses_WhileTheyComeAndGoConcurrentSafe(t *testing.T) {
	rt := start(t)
	var staying []pid.PID
	for range 50 {
		staying = append(staying, spawn(t, rt, idle).PID())
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				h := spawn(t, rt, idle)
				h.Exit(signal.Kill)
			}
		}
	}()
	for range 200 {
		seen := map[pid.PID]int{}
		for s := range rt.Processes() {
			seen[s.PID]++
		}
		for _, p := range staying {
			require.Equal(t, 1, seen[p])
		}
	}
	close(stop)
	<-stopped
}

func TestRuntimes_DoNotKnowOfEachOther(t *testing.T) {
	a, b := start(t), startWith(t, runtime.Config{})
	h := spawnOpt(t, a, runtime.SpawnOptions{Name: "name"}, idle)
	_, found := b.Whereis("name")
	require.False(t, found)
	require.False(t, b.IsAlive(h.PID()))
	require.ErrorIs(t, b.Send(context.Background(), h.PID(), 1), runtime.ErrNoProc)
	require.NoError(t, b.Exit(h.PID(), signal.Kill))
	require.True(t, h.IsAlive())
	require.NotEqual(t, a.Node().Creation(), b.Node().Creation())
}

func TestNew_RefusesWhatIsNotValid(t *testing.T) {
	_, err := runtime.New(runtime.Config{Name: "no node name"})
	var bad *pid.NameError
	require.ErrorAs(t, err, &bad)
	_, err = runtime.New(runtime.Config{ExitGrace: -1})
	require.EqualError(t, err, "runtime: negative ExitGrace -1ns")
	require.PanicsWithValue(t, "runtime: runtime: negative ExitGrace -1ns", func() { runtime.MustNew(runtime.Config{ExitGrace: -1}) })
}

func TestDefault_IsOneRuntime(t *testing.T) {
	require.Same(t, runtime.Default(), runtime.Default())
	require.NoError(t, runtime.Default().Run(context.Background(), func(*runtime.Context) error { return nil }))
}
