package cli_test

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// shop is a cluster that does not exist.
type shop struct {
	self    pid.PID
	drained chan struct{}
}

func (s shop) About() inspect.ClusterAbout {
	return inspect.ClusterAbout{Cluster: "shop", TTL: 10 * time.Second, Session: "1a", State: "good"}
}

func (s shop) Members() iter.Seq[inspect.ClusterMember] {
	return slices.Values([]inspect.ClusterMember{
		{Node: "b@test", Roles: []string{"web", "\x1b[31mred"}, Leaving: true},
		{Node: s.self.Node().Name(), Reachable: true, Version: "1.2"},
	})
}

func (s shop) Names() iter.Seq[inspect.ClusterName] {
	return slices.Values([]inspect.ClusterName{
		{Name: "till", Kind: inspect.ClusterProcess, Node: "b@test", PID: s.self},
		{Name: "cron", Kind: inspect.ClusterSingleton, Node: s.self.Node().Name(), PID: s.self, Fence: 17},
	})
}

func (s shop) FindName(_ context.Context, name string) ([]inspect.ClusterName, error) {
	for n := range s.Names() {
		if n.Name == name {
			return []inspect.ClusterName{n}, nil
		}
	}
	return nil, inspect.ErrNotFound
}

func (s shop) Shards() iter.Seq[inspect.ClusterShard] {
	return func(yield func(inspect.ClusterShard) bool) {
		for i := range 300 {
			owner := []string{"b@test", s.self.Node().Name(), ""}[i%3]
			if !yield(inspect.ClusterShard{Kind: "cart", Shard: i, Node: owner}) {
				return
			}
		}
	}
}

func (s shop) Drain(context.Context) error {
	close(s.drained)
	return nil
}

// startMember starts a node that says that it is a member.
func startMember(t *testing.T) (name string, s shop) {
	n, name := startNode(t, remote.InspectControl)
	worker, ok := n.Runtime().Whereis("worker")
	require.True(t, ok)
	s = shop{worker, make(chan struct{})}
	inspect.SetCluster(n.Runtime(), s)
	return name, s
}

func TestCluster_IsShown(t *testing.T) {
	name, s := startMember(t)
	main, look := file(t, cookie, 0o600), file(t, observerCookie, 0o600)
	show := func(args ...string) string {
		code, out, errOut := starctl(t, append([]string{"-n", name, "--observer-cookie-file", look, "cluster"}, args...)...)
		require.Zero(t, code, errOut)
		return out
	}
	out := show("members")
	require.Contains(t, out, "cluster shop, session good, TTL 10s\n")
	require.Regexp(t, `\nb@test .*true +false`, out)
	require.NotContains(t, out, "\x1b")
	require.NotContains(t, show("members", "--limit", "1"), name+" ")
	require.Contains(t, show("names"), "cron")
	require.NotContains(t, show("names", "--prefix", "t"), "cron")
	require.Regexp(t, `till +name +b@test`, show("names", "till"))
	require.Regexp(t, `\ncart +b@test +100\n`, show("shards"))
	require.Equal(t, 100, strings.Count(show("shards", "cart", "--owner", "b@test", "--each"), "\ncart"))
	require.Contains(t, show("shards", "other"), "none")
	var list inspect.ShardList
	require.NoError(t, json.Unmarshal([]byte(show("shards", "-o", "json", "--after", "256")), &list))
	require.Equal(t, 300, list.Matched)
	require.Len(t, list.Shards, 44)

	code, _, errOut := starctl(t, "-n", name, "--observer-cookie-file", look, "cluster", "drain")
	require.Equal(t, 1, code)
	require.Contains(t, errOut, "drain: not allowed")
	code, _, _ = starctl(t, "-n", name, "--cookie-file", main, "cluster", "names", "nobody")
	require.Equal(t, 3, code)
	code, _, _ = starctl(t, "-n", name, "--cookie-file", main, "cluster")
	require.Equal(t, 2, code)
	code, out, errOut = starctl(t, "-n", name, "--cookie-file", main, "cluster", "drain")
	require.Zero(t, code, errOut)
	require.Contains(t, out, "nothing any more")
	<-s.drained
}

func TestCluster_OfANodeThatIsNoMember(t *testing.T) {
	_, name := startNode(t, remote.InspectControl)
	for _, what := range []string{"members", "names", "shards", "drain"} {
		code, _, errOut := starctl(t, "-n", name, "--cookie-file", file(t, cookie, 0o600), "cluster", what)
		require.Equal(t, 1, code)
		require.Contains(t, errOut, "no member of a cluster")
	}
}
