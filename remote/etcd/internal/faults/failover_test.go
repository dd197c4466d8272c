package faults_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote/etcd/etcdtest"
)

var rounds = flag.Int("n", 1, "how many members TestFailover loses in each way, and entities TestEntities has")

const (
	failoverTTL = 3 * time.Second
	// abreast is how many clusters lose their member at the same time: each round takes TTL.
	abreast = 5
	// noise is by how much a machine that does much else may miss the goals. A failover that waits
	// for the wrong thing misses them by more: its limit is in TTLs.
	noise = 3
)

// pairs are clusters of two members each: the first one has the singleton.
func pairs(t *testing.T, j *journal, servers *etcdtest.Servers, n, round int) (firsts, seconds []*process) {
	for i := range n {
		p := plan{Cluster: fmt.Sprintf("c%d-%d", round, i), Endpoints: turned(servers.Endpoints(), i), TTL: failoverTTL, Singles: []string{"cron"}}
		p.Node = fmt.Sprintf("a%d-%d@test", round, i)
		mark := j.mark()
		firsts = append(firsts, start(t, j, p))
		j.await(t, mark, "a leader", kind("leads", p.Node))
		p.Node = fmt.Sprintf("b%d-%d@test", round, i)
		p.Endpoints = turned(servers.Endpoints(), i+1)
		seconds = append(seconds, start(t, j, p))
	}
	return firsts, seconds
}

// crash kills the first member of as many clusters as there are rounds, and returns how long
// it took until the second one acts. during is called at the same moment.
func crash(t *testing.T, servers *etcdtest.Servers, during, after func()) (took []time.Duration) {
	for round := 0; len(took) < *rounds; round++ {
		j := newJournal()
		firsts, seconds := pairs(t, j, servers, min(abreast, *rounds-len(took)), round)
		mark := j.mark()
		killed := clock()
		during()
		for _, m := range firsts {
			m.kill()
		}
		for _, m := range seconds {
			took = append(took, j.await(t, mark, "failover to "+m.plan.Node, kind("leads", m.plan.Node)).At-killed)
		}
		for _, m := range seconds {
			m.kill()
		}
		after()
	}
	return took
}

// figures tells the distribution of durations, and fails if one is far beyond the goal.
func figures(t *testing.T, what string, took []time.Duration, goal time.Duration) {
	slices.Sort(took)
	within := 0
	for _, d := range took {
		if d <= goal {
			within++
		}
	}
	round := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	t.Logf("%s: p50 %v, the longest of %d %v; goal %v, kept by %d", what,
		round(took[len(took)/2]), len(took), round(took[len(took)-1]), goal, within)
	require.Less(t, took[len(took)-1], noise*goal, what)
}

func TestFailover_Crash(t *testing.T) {
	servers := etcdtest.Start(t, 3)
	figures(t, "kill -9", crash(t, servers, func() {}, func() {}), 4500*time.Millisecond)
}

func TestFailover_CrashWithTheLeaderOfEtcd(t *testing.T) {
	servers := etcdtest.Start(t, 3)
	leader := 0
	took := crash(t, servers, func() {
		leader = servers.Leader()
		servers.Kill(leader)
	}, func() {
		servers.Restart(leader)
		servers.Await(leader)
	})
	figures(t, "kill -9 together with etcd's leader", took, 9*time.Second)
}

// TestFailover_Leave rolls two members in turn, while a third one calls their entities 500
// times a second. No call fails.
func TestFailover_Leave(t *testing.T) {
	servers := etcdtest.Start(t, 3)
	j := newJournal()
	member := func(i int) plan {
		return plan{Node: fmt.Sprintf("n%d@test", i), Endpoints: turned(servers.Endpoints(), i), TTL: failoverTTL, Singles: []string{"cron"}, Shards: 16}
	}
	nodes := []*process{start(t, j, member(0)), nil}
	j.await(t, 0, "a leader", kind("leads", ""))
	nodes[1] = start(t, j, member(1))
	caller := member(2)
	caller.Singles, caller.Proxy = nil, true
	calls := start(t, j, caller)
	var ids []string
	for i := range 40 {
		ids = append(ids, fmt.Sprint("id", i))
	}
	calls.order(order{Do: "call", What: "entity", To: ids, Rate: 500, Timeout: 5 * failoverTTL})
	elapse(failoverTTL)
	var took []time.Duration
	for i := range *rounds {
		mark, left := j.mark(), clock()
		nodes[i%2].leave()
		took = append(took, j.await(t, mark, "hand-over", kind("leads", "")).At-left)
		nodes[i%2] = start(t, j, member(i%2))
		elapse(failoverTTL / 3)
	}
	r := calls.report()
	t.Logf("%d members rolled: %d calls, %d failed, the longest took %v", *rounds, r.Begun, r.Failed, r.Longest.Round(time.Millisecond))
	figures(t, "hand-over of the singleton", took, time.Second)
	require.Empty(t, j.failures(0))
	require.Zero(t, r.Failed)
	require.Equal(t, r.Begun, r.Ended)
}
