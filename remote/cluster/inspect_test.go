package cluster_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/remote/cluster/single"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// looker looks into a node of a lab.
func looker(t *testing.T, n *clustertest.Node) *inspect.Client {
	t.Helper()
	_, err := inspect.Start(n.Runtime(), inspect.Config{})
	require.NoError(t, err)
	return inspect.NewClient(n.Runtime(), pid.Name{Name: inspect.Name})
}

// busy gives a node a name, a singleton and a kind of entities.
func busy(t *testing.T, n *clustertest.Node) {
	t.Helper()
	named := make(chan error, 1)
	_, err := n.Runtime().Spawn(func(ctx *runtime.Context) error {
		v := n.Name("till of " + n.Host)
		named <- v.Service.Register(ctx, v.Name, ctx.PID())
		<-ctx.Done()
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, <-named)
	_, err = supervisor.Start(t.Context(), n.Runtime(), supervisor.Spec{Children: []supervisor.ChildSpec{
		single.Child(n.Cluster, "cron", supervisor.ChildSpec{Start: supervisor.Body(func(ctx *runtime.Context) error {
			<-ctx.Done()
			return context.Cause(ctx)
		})}),
	}})
	require.NoError(t, err)
	_, err = entity.Register(n.Cluster, entity.Kind{
		Name: "echo", Shards: 8, Start: func(entity.Lease, string) (any, error) { return echo{}, nil },
	})
	require.NoError(t, err)
}

func TestInspect_TellsOfMembersNamesAndShards(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a := l.Start("a@test", func(c *cluster.Config) { c.Roles, c.Version = []string{"web"}, "1.2" })
		busy(t, a)
		b := l.Start("b@test")
		busy(t, b)
		<-time.After(3 * ttl)
		c := looker(t, a)

		members, err := c.Members(t.Context(), inspect.Members{})
		require.NoError(t, err)
		require.Equal(t, 2, members.Total)
		require.Equal(t, "good", members.State)
		require.NotEmpty(t, members.Session)
		one := members.Members[0]
		require.True(t, one.Asked && one.Reachable && !one.Leaving)
		require.Equal(t, []string{"web"}, one.Roles)
		require.Equal(t, "1.2", one.Version)
		members, err = c.Members(t.Context(), inspect.Members{After: "a@test", N: 1})
		require.NoError(t, err)
		require.Equal(t, "b@test", members.Members[0].Node)

		names, err := c.ClusterNames(t.Context(), inspect.ClusterNames{})
		require.NoError(t, err)
		require.Equal(t, 2, names.Matched)
		cron, till := names.Names[0], names.Names[1]
		require.Equal(t, inspect.ClusterSingleton, cron.Kind)
		require.Equal(t, "a@test", cron.Node)
		require.Equal(t, "till of a@test", till.Name)
		require.True(t, cron.Fence > 0 && till.Fence > 0 && a.Runtime().IsAlive(cron.PID) && a.Runtime().IsAlive(till.PID))
		names, err = c.ClusterNames(t.Context(), inspect.ClusterNames{Name: "till of b@test"})
		require.NoError(t, err)
		require.Equal(t, "b@test", names.Names[0].Node)
		_, err = c.ClusterNames(t.Context(), inspect.ClusterNames{Name: "nobody"})
		require.ErrorIs(t, err, inspect.ErrNotFound)

		shards, err := c.Shards(t.Context(), inspect.Shards{})
		require.NoError(t, err)
		require.Equal(t, []inspect.ShardPart{{Kind: "echo", Node: "a@test", Shards: 4}, {Kind: "echo", Node: "b@test", Shards: 4}}, shards.Parts)
		require.Len(t, shards.Shards, 8)
		shards, err = c.Shards(t.Context(), inspect.Shards{Kind: "echo", Node: "b@test", Offset: 1, N: 2})
		require.NoError(t, err)
		require.Equal(t, 4, shards.Matched)
		require.Len(t, shards.Shards, 2)
		shards, err = c.Shards(t.Context(), inspect.Shards{Kind: "other"})
		require.NoError(t, err)
		require.Empty(t, shards.Shards)
	})
}

func TestInspect_DrainHandsAllOverAndTheNodeAnswersOn(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a := l.Start("a@test")
		busy(t, a)
		b := l.Start("b@test")
		busy(t, b)
		<-time.After(3 * ttl)
		c := looker(t, a)
		for range 2 { // a second one finds nothing to do
			_, err := c.Act(t.Context(), inspect.Action{Do: inspect.Drain})
			require.NoError(t, err)
			<-time.After(ttl)
			shards, err := c.Shards(t.Context(), inspect.Shards{})
			require.NoError(t, err)
			require.Equal(t, []inspect.ShardPart{{Kind: "echo", Node: "b@test", Shards: 8}}, shards.Parts)
			_, leads := single.IsLeader(b.Cluster, "cron")
			require.True(t, leads)
			members, err := c.Members(t.Context(), inspect.Members{})
			require.NoError(t, err)
			require.True(t, members.Leaving && members.Members[0].Leaving)
			require.Equal(t, "good", members.State)
		}
		a.Stop()
		synctest.Wait()
		require.Len(t, b.Members(), 1)
	})
}

func TestInspect_OneThatIsNoMemberSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := runtime.MustNew(runtime.Config{})
		_, err := inspect.Start(rt, inspect.Config{})
		require.NoError(t, err)
		c := inspect.NewClient(rt, pid.Name{Name: inspect.Name})
		_, err = c.Members(t.Context(), inspect.Members{})
		require.ErrorIs(t, err, inspect.ErrUnsupported)
		_, err = c.Act(t.Context(), inspect.Action{Do: inspect.Drain})
		require.ErrorIs(t, err, inspect.ErrUnsupported)
		require.NoError(t, rt.Shutdown(context.Background()))
	})
}

func TestInspect_ClusterWithoutADirectoryHasMembersOnly(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		n := l.Start("a@test", func(c *cluster.Config) { c.Directory = nil })
		c := looker(t, n)
		members, err := c.Members(t.Context(), inspect.Members{})
		require.NoError(t, err)
		require.Equal(t, "no directory", members.State)
		require.Equal(t, 1, members.Total)
		_, err = c.ClusterNames(t.Context(), inspect.ClusterNames{Name: "till"})
		require.Error(t, err)
		names, err := c.ClusterNames(t.Context(), inspect.ClusterNames{})
		require.NoError(t, err)
		require.Empty(t, names.Names)
	})
}
