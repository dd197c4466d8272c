package single_test

import (
	"context"
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
			for f, ok := cluster.FenceOf(ctx); ; f, ok = cluster.FenceOf(ctx) {
				if ok {
					runs <- run{name, ctx.PID(), f}
					<-ctx.Done()
					return context.Cause(ctx)
				}
				if _, err := ctx.RecvTimeout(time.Millisecond); ctx.Err() != nil {
					return err
				}
			}
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
		a, b := cron(l, "a@test", runs), cron(l, "b@test", runs)
		first := <-runs
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
