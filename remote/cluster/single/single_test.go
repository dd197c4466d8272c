package single_test

import (
	"context"
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/directory/memory"
	"github.com/starlang-go/starlang/remote/cluster/single"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ttl = clustertest.TTL

// run tells who runs, and since which claim.
type run struct {
	node  string
	pid   pid.PID
	fence directory.Fence
}

// cron starts a node with a standby whose process tells that it runs.
func cron(l *clustertest.Lab, name string, runs chan run) *clustertest.Node {
	n := l.Start(name)
	start := func(ctx context.Context) (pid.PID, error) {
		parent, _ := runtime.FromContext(ctx)
		return parent.SpawnLink(func(ctx *runtime.Context) error {
			if f, ok := cluster.FenceOf(ctx); ok { // from the first instruction on
				runs <- run{name, ctx.PID(), f}
			}
			<-ctx.Done()
			return context.Cause(ctx)
		})
	}
	_, err := supervisor.Start(l.T.Context(), n.Runtime(), supervisor.Spec{
		Intensity: 10,
		Children:  []supervisor.ChildSpec{single.Child(n.Cluster, "cron", supervisor.ChildSpec{Start: start})},
	})
	require.NoError(l.T, err)
	return n
}

func inLab(t *testing.T, test func(t *testing.T, l *clustertest.Lab)) {
	synctest.Test(t, func(t *testing.T) { test(t, clustertest.New(t, 1)) })
}

func TestSingle_OneOfAllNodes(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		runs := make(chan run, 10)
		a := cron(l, "a@test", runs)
		first := <-runs
		b := cron(l, "b@test", runs)
		<-time.After(5 * ttl)
		require.Empty(t, runs)
		require.Equal(t, "a@test", first.node)
		f, ok := single.IsLeader(a.Cluster, "cron")
		require.True(t, ok)
		require.Equal(t, first.fence, f)
		_, ok = single.IsLeader(b.Cluster, "cron")
		require.False(t, ok)
		p, err := single.Find(t.Context(), b.Cluster, "cron")
		require.NoError(t, err)
		require.Equal(t, "a@test", p.Node().Name())
	})
}

func TestSingle_CrashMovesIt(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		runs := make(chan run, 10)
		a := cron(l, "a@test", runs)
		first := <-runs
		cron(l, "b@test", runs)
		crashed := time.Now()
		a.Crash()
		second := <-runs
		require.Equal(t, "b@test", second.node)
		require.Greater(t, second.fence, first.fence)
		require.LessOrEqual(t, time.Since(crashed), ttl+ttl/5)
	})
}

func TestSingle_LeaveHandsItOver(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		runs := make(chan run, 10)
		a := cron(l, "a@test", runs)
		<-runs
		cron(l, "b@test", runs)
		left := time.Now()
		go a.Stop() // ends before the test does, which waits for what follows from it
		require.Equal(t, "b@test", (<-runs).node)
		require.Less(t, time.Since(left), time.Second)
		synctest.Wait()
	})
}

func TestSingle_LostSessionKillsIt(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		runs := make(chan run, 10)
		a := cron(l, "a@test", runs)
		first := <-runs
		cron(l, "b@test", runs)
		a.Client.SetFaults(memory.Faults{Cut: true})
		<-time.After(ttl*9/10 + 10*time.Millisecond)
		require.False(t, a.Runtime().IsAlive(first.pid))
		require.Equal(t, "b@test", (<-runs).node)
		a.Client.SetFaults(memory.Faults{})
		<-time.After(5 * ttl)
		require.Empty(t, runs, "the first one waits again")
		_, ok := single.IsLeader(a.Cluster, "cron")
		require.False(t, ok)
	})
}

func TestSingle_EndOfTheProcessIsTheStandbys(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		runs := make(chan run, 10)
		a := cron(l, "a@test", runs)
		first := <-runs
		require.NoError(t, a.Runtime().Exit(first.pid, signal.Error("broken")))
		second := <-runs
		require.NotEqual(t, first.pid, second.pid)
		require.Greater(t, second.fence, first.fence)
	})
}

func TestSingle_StartHasTheFence(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		n := l.Start("a@test")
		fences := make(chan directory.Fence, 2)
		see := func(ctx context.Context) {
			f, _ := cluster.FenceOf(ctx)
			fences <- f
		}
		start(l, n, func(ctx context.Context) (pid.PID, error) {
			see(ctx)
			parent, _ := runtime.FromContext(ctx)
			seen := make(chan struct{})
			p, err := parent.SpawnLink(func(ctx *runtime.Context) error {
				see(ctx)
				close(seen)
				<-ctx.Done()
				return context.Cause(ctx)
			})
			<-seen // before the standby knows its PID
			return p, err
		})
		synctest.Wait()
		f, ok := single.IsLeader(n.Cluster, "cron")
		require.True(t, ok)
		require.Equal(t, f, <-fences)
		require.Equal(t, f, <-fences)
	})
}

// start starts a node's standby.
func start(l *clustertest.Lab, n *clustertest.Node, start supervisor.StartFunc) {
	_, err := supervisor.Start(l.T.Context(), n.Runtime(), supervisor.Spec{
		Intensity: 3,
		Children:  []supervisor.ChildSpec{single.Child(n.Cluster, "cron", supervisor.ChildSpec{Start: start})},
	})
	require.NoError(l.T, err)
}

// Whatever Start does on one node, another one runs the process in the end, also if the first
// one's supervisor has given up.
func TestSingle_StartThatFailsGivesWayToAnother(t *testing.T) {
	for name, act := range map[string]func(context.Context){
		"panics":                          func(context.Context) { panic("sabotage") },
		"ends the goroutine":              func(context.Context) { goruntime.Goexit() },
		"hangs until its session is lost": func(ctx context.Context) { <-ctx.Done() },
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(t *testing.T, l *clustertest.Lab) {
				bad := l.Start("bad@test")
				start(l, bad, func(ctx context.Context) (pid.PID, error) {
					act(ctx)
					return pid.PID{}, context.Cause(ctx)
				})
				synctest.Wait()
				runs := make(chan run, 10)
				cron(l, "good@test", runs)
				<-time.After(ttl)
				bad.Client.SetFaults(memory.Faults{Cut: true})
				<-time.After(3 * ttl)
				require.Equal(t, "good@test", (<-runs).node)
				require.Empty(t, runs)
				bad.Client.SetFaults(memory.Faults{})
				<-time.After(3 * ttl)
				_, err := bad.Session()
				require.NoError(t, err, "the node is a member all the same")
			})
		})
	}
}

// A Start that looks at no context: what it has started acts until the session's end and no
// longer, others get the name, and its own node is a standby again.
func TestSingle_StartThatHangsGivesWayToAnother(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		bad := l.Start("bad@test")
		hang, trapping := make(chan struct{}), make(chan pid.PID, 10)
		defer close(hang)
		var again atomic.Bool
		start(l, bad, func(ctx context.Context) (pid.PID, error) {
			parent, _ := runtime.FromContext(ctx)
			p, _, err := parent.SpawnOpt(runtime.SpawnOptions{Link: true, TrapExit: true}, func(ctx *runtime.Context) error {
				for ctx.Err() == nil {
					_, _ = ctx.Recv()
				}
				return context.Cause(ctx)
			})
			trapping <- p
			if !again.Swap(true) {
				<-hang
			}
			return p, err
		})
		p := <-trapping
		runs := make(chan run, 10)
		good := cron(l, "good@test", runs)
		<-time.After(ttl)
		require.True(t, bad.Runtime().IsAlive(p))
		bad.Client.SetFaults(memory.Faults{Cut: true})
		<-time.After(ttl*9/10 + 10*time.Millisecond)
		require.False(t, bad.Runtime().IsAlive(p), "it acts for a name that others may have")
		require.Equal(t, "good@test", (<-runs).node)
		bad.Client.SetFaults(memory.Faults{})
		<-time.After(3 * ttl)
		require.Empty(t, trapping)
		good.Crash()
		require.Equal(t, "bad@test", (<-trapping).Node().Name())
		synctest.Wait()
		_, leads := single.IsLeader(bad.Cluster, "cron")
		require.True(t, leads, "it is a standby again")
	})
}

// The supervisor of one whose Start hangs ends all the same, and the name is free then.
func TestSingle_StartThatHangsDoesNotHoldALeaverUp(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		bad := l.Start("bad@test")
		hang := make(chan struct{})
		defer close(hang)
		start(l, bad, func(context.Context) (pid.PID, error) {
			<-hang
			return pid.PID{}, context.Canceled
		})
		synctest.Wait()
		runs := make(chan run, 10)
		cron(l, "good@test", runs)
		<-time.After(ttl)
		left := time.Now()
		go bad.Stop()
		require.Equal(t, "good@test", (<-runs).node)
		require.Less(t, time.Since(left), 2*ttl)
		<-time.After(ttl)
	})
}

// A standby that is killed leaves nothing behind: not the process, which traps exits, nor the name.
func TestSingle_KilledStandbyTakesAllWithIt(t *testing.T) {
	for name, hangs := range map[string]bool{"in Start": true, "after it": false} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(t *testing.T, l *clustertest.Lab) {
				bad := l.Start("bad@test")
				hang, began := make(chan struct{}), make(chan pid.PID, 10)
				defer close(hang)
				start := func(ctx context.Context) (pid.PID, error) {
					parent, _ := runtime.FromContext(ctx)
					p, _, err := parent.SpawnOpt(runtime.SpawnOptions{Link: true, TrapExit: true}, func(ctx *runtime.Context) error {
						for ctx.Err() == nil {
							_, _ = ctx.Recv()
						}
						return context.Cause(ctx)
					})
					began <- p
					if hangs {
						<-hang
					}
					return p, err
				}
				_, err := supervisor.Start(l.T.Context(), bad.Runtime(), supervisor.Spec{ // it gives up at once
					Children: []supervisor.ChildSpec{single.Child(bad.Cluster, "cron", supervisor.ChildSpec{Start: start, Restart: supervisor.Temporary})},
				})
				require.NoError(t, err)
				p := <-began
				synctest.Wait()
				s, err := single.Find(t.Context(), bad.Cluster, "cron")
				require.NoError(t, err)
				require.NoError(t, bad.Runtime().Exit(s, signal.Kill))
				synctest.Wait()
				require.False(t, bad.Runtime().IsAlive(p))
				runs := make(chan run, 10)
				cron(l, "good@test", runs)
				require.Equal(t, "good@test", (<-runs).node)
			})
		})
	}
}
