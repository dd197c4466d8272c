package group_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/discover"
	"github.com/starlang-go/starlang/remote/cluster/group"
	"github.com/starlang-go/starlang/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// node is a node that has opened a scope.
type node struct {
	*clustertest.Node
	*group.Scope
}

var names = []string{"a@test", "b@test", "c@test", "d@test"}

// noDirectory makes a cluster that finds its nodes by a list.
func noDirectory(c *cluster.Config) {
	c.Directory = nil
	c.Discover = discover.Static(names)
}

func start(l *clustertest.Lab, name string, change ...func(*cluster.Config)) node {
	n := l.Start(name, change...)
	s, err := group.Open(n.Cluster, "test")
	require.NoError(l.T, err)
	return node{n, s}
}

// member starts a process that joins groups and then does nothing.
func (n node) member(t *testing.T, groups ...string) pid.PID {
	ready := make(chan error, 1)
	p, err := n.Runtime().Spawn(func(ctx *runtime.Context) error {
		for _, g := range groups {
			if err := n.Join(ctx, g); err != nil {
				ready <- err
				return err
			}
		}
		ready <- nil
		<-ctx.Done()
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, <-ready)
	return p
}

func inLab(t *testing.T, test func(t *testing.T, l *clustertest.Lab)) {
	synctest.Test(t, func(t *testing.T) { test(t, clustertest.New(t, 1)) })
}

// settle lets the nodes find each other.
func settle() {
	<-time.After(5 * clustertest.TTL)
	synctest.Wait()
}

func TestGroup_AllNodesSeeWhoJoins(t *testing.T) {
	for name, change := range map[string]func(*cluster.Config){
		"with a directory":    func(*cluster.Config) {},
		"without a directory": noDirectory,
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(t *testing.T, l *clustertest.Lab) {
				a, b := start(l, "a@test", change), start(l, "b@test", change)
				p := a.member(t, "room", "room")
				require.Equal(t, []pid.PID{p, p}, a.LocalMembers("room"), "as soon as Join has returned")
				settle()
				require.Equal(t, []pid.PID{p, p}, b.Members("room"))
				require.Empty(t, b.LocalMembers("room"))
				q := b.member(t, "room")
				synctest.Wait()
				require.ElementsMatch(t, []pid.PID{p, p, q}, a.Members("room"))
				c := start(l, "c@test", change)
				settle()
				require.ElementsMatch(t, []pid.PID{p, p, q}, c.Members("room"), "who joined before")
			})
		})
	}
}

// With a directory nodes without a scope in common have no connection.
func TestGroup_OnlyNodesWithAScopeInCommonConnect(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b, c, d := start(l, "a@test"), start(l, "b@test"), l.Start("c@test"), l.Start("d@test")
		for _, n := range []*clustertest.Node{c, d} {
			_, err := group.Open(n.Cluster, "test/other")
			require.NoError(t, err)
		}
		settle()
		require.Equal(t, []string{"b@test"}, a.Cluster.Node().Nodes())
		require.Equal(t, []string{"a@test"}, b.Cluster.Node().Nodes())
		require.Equal(t, []string{"d@test"}, c.Cluster.Node().Nodes())
		s, err := group.Open(c.Cluster, "test")
		require.NoError(t, err)
		node{c, s}.member(t, "room")
		settle()
		require.Len(t, a.Members("room"), 1, "also if it is opened later")
		require.Len(t, b.Members("room"), 1)
	})
}

// A node that is found by its key once more, with another session, is in the groups again.
func TestGroup_LostSessionChangesNothing(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := start(l, "a@test"), start(l, "b@test")
		p := a.member(t, "room")
		settle()
		s, err := a.Session()
		require.NoError(t, err)
		l.Store.Revoke(s.ID())
		settle()
		require.Equal(t, []pid.PID{p}, b.Members("room"))
		c := start(l, "c@test")
		settle()
		require.Equal(t, []pid.PID{p}, c.Members("room"))
	})
}

func TestGroup_EndTakesOut(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := start(l, "a@test"), start(l, "b@test")
		p := a.member(t, "room", "hall")
		settle()
		require.Equal(t, []string{"hall", "room"}, b.Groups())
		require.NoError(t, a.Runtime().Exit(p, signal.Kill))
		synctest.Wait()
		require.Empty(t, a.Groups())
		require.Empty(t, b.Groups())
	})
}

func TestGroup_LeaveOfNoMember(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a := start(l, "a@test")
		err := a.Runtime().Run(t.Context(), func(ctx *runtime.Context) error {
			require.ErrorIs(t, a.Leave(ctx, "room"), group.ErrNotJoined)
			require.NoError(t, a.Join(ctx, "room"))
			require.NoError(t, a.Leave(ctx, "room"))
			require.Empty(t, a.Members("room"))
			return nil
		})
		require.NoError(t, err)
		require.ErrorIs(t, a.Join(t.Context(), "room"), runtime.ErrNotInProcess)
	})
}

func TestGroup_LostNodeIsTakenOutAndComesBack(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := start(l, "a@test"), start(l, "b@test")
		p, q := a.member(t, "room"), b.member(t, "room")
		settle()
		b.Isolate(true)
		settle()
		require.Equal(t, []pid.PID{p}, a.Members("room"))
		require.Equal(t, []pid.PID{q}, b.Members("room"))
		b.Isolate(false)
		settle()
		require.ElementsMatch(t, []pid.PID{p, q}, a.Members("room"))
		require.ElementsMatch(t, []pid.PID{p, q}, b.Members("room"))
	})
}

func TestGroup_MonitorTellsWhatChanges(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := start(l, "a@test"), start(l, "b@test")
		p := a.member(t, "room")
		settle()
		err := b.Runtime().Run(t.Context(), func(ctx *runtime.Context) error {
			now, ref, err := b.Monitor(ctx, "room")
			require.NoError(t, err)
			require.Equal(t, []pid.PID{p}, now)
			q := a.member(t, "room", "hall")
			got, err := runtime.Receive[group.Changed](ctx)
			require.NoError(t, err)
			require.Equal(t, group.Changed{Ref: ref, Scope: "test", Group: "room", Joined: []pid.PID{q}}, got)
			require.NoError(t, a.Runtime().Exit(p, signal.Kill))
			got, err = runtime.Receive[group.Changed](ctx)
			require.NoError(t, err)
			require.Equal(t, []pid.PID{p}, got.Left)
			require.NoError(t, b.Demonitor(ctx, ref))
			a.member(t, "room")
			synctest.Wait()
			_, err = ctx.TryRecv()
			require.ErrorIs(t, err, runtime.ErrEmpty)
			return nil
		})
		require.NoError(t, err)
	})
}

func TestGroup_EndsWithTheCluster(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a := start(l, "a@test")
		require.NoError(t, a.Cluster.Leave(t.Context()))
		synctest.Wait()
		err := a.Runtime().Run(t.Context(), func(ctx *runtime.Context) error { return a.Join(ctx, "room") })
		require.ErrorContains(t, err, group.ErrClosed.Error())
	})
}

// TestGroup_TablesAreEqualAfterAllStories tells random stories of joins, ends, cuts,
// crashes and restarts; when all is over the tables of all nodes are equal.
func TestGroup_TablesAreEqualAfterAllStories(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { tell(t, seed) })
		})
	}
}

func tell(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, seed))
	l := clustertest.New(t, seed)
	l.Net.SetDelay(0, 20*time.Millisecond)
	nodes := make([]node, len(names))
	alive := make([][]pid.PID, len(names))
	for i, name := range names {
		nodes[i] = start(l, name)
	}
	for range 60 {
		i := rng.IntN(len(nodes))
		switch n := nodes[i]; rng.IntN(8) {
		case 0, 1, 2:
			alive[i] = append(alive[i], n.member(t, fmt.Sprint("g", rng.IntN(3)), fmt.Sprint("g", rng.IntN(3))))
		case 3:
			if len(alive[i]) > 0 {
				require.NoError(t, n.Runtime().Exit(alive[i][0], signal.Kill))
				alive[i] = alive[i][1:]
			}
		case 4:
			n.Isolate(true)
		case 5:
			n.Isolate(false)
		case 6:
			l.Net.CutAll(n.Host)
		case 7:
			n.Crash()
			nodes[i], alive[i] = start(l, n.Host), nil
		}
		<-time.After(time.Duration(rng.IntN(1000)) * time.Millisecond)
	}
	for _, n := range nodes {
		n.Isolate(false)
	}
	<-time.After(2*clustertest.TTL + 3*time.Second)
	settle()
	for g := range 3 {
		want := sorted(nodes[0].Members(fmt.Sprint("g", g)))
		local := 0
		for i, n := range nodes {
			require.Equal(t, want, sorted(n.Members(fmt.Sprint("g", g))), n.Host)
			local += len(nodes[i].LocalMembers(fmt.Sprint("g", g)))
		}
		require.Len(t, want, local)
	}
}

func sorted(list []pid.PID) []pid.PID { return slices.SortedFunc(slices.Values(list), pid.PID.Compare) }
