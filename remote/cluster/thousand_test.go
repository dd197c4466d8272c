package cluster_test

import (
	"context"
	"flag"
	"fmt"
	goruntime "runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/remote/cluster/group"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

var thousand = flag.Int("nodes", 40, "how many nodes TestThousandNodes has")

const (
	teamSize     = 10 // nodes that have a scope in common
	callsEach    = 2  // entities that each node calls
	maxConns     = 30 // of a node
	maxHeapBytes = 1 << 30
)

// large is a large cluster: its nodes have the entities of 256 shards, each calls a few of
// them, and some at a time have a scope of groups in common.
type large struct {
	t     *testing.T
	lab   *clustertest.Lab
	nodes []*clustertest.Node
	of    []*entity.Entities
}

// echo is an entity.
type echo struct{}

// HandleCall implements genserver.CallHandler.
func (echo) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) { return req, nil }

// TestThousandNodes lets one node of a large cluster leave and another one crash.
func TestThousandNodes(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		c := &large{t: t, lab: l}
		for i := range *thousand {
			c.start(i)
		}
		took := c.converge()
		t.Logf("%d nodes: all have their shards after %v", *thousand, took)
		c.call()
		c.look()

		left := c.owner()
		c.remove(left).Stop()
		took = c.converge()
		t.Logf("one has left: converged after %v", took)
		require.LessOrEqual(t, took, ttl+3*time.Second)

		crashed := c.owner()
		c.remove(crashed).Crash()
		took = c.converge()
		t.Logf("one has crashed: converged after %v", took)
		require.LessOrEqual(t, took, ttl+3*time.Second)
		c.call()
		c.look()
		c.end()
	})
}

// end has all nodes leave at the same time: one after the other, each change would go to all.
func (c *large) end() {
	var wg sync.WaitGroup
	for _, n := range c.nodes {
		wg.Go(n.Stop)
	}
	wg.Wait()
}

func (c *large) start(i int) {
	n := c.lab.Start(fmt.Sprintf("n%d@test", i))
	e, err := entity.Register(n.Cluster, entity.Kind{
		Name: "echo", Start: func(entity.Lease, string) (any, error) { return echo{}, nil },
	})
	require.NoError(c.t, err)
	s, err := group.Open(n.Cluster, fmt.Sprint("team ", i/teamSize))
	require.NoError(c.t, err)
	joined := make(chan error, 1)
	_, err = n.Runtime().Spawn(func(ctx *runtime.Context) error {
		joined <- s.Join(ctx, "team")
		<-ctx.Done()
		return nil
	})
	require.NoError(c.t, err)
	require.NoError(c.t, <-joined)
	c.nodes, c.of = append(c.nodes, n), append(c.of, e)
}

// converge waits until all shards have owners, no node has more than its part, which takes a
// while after the first nodes had all, and all know the same members. It returns how long that took.
func (c *large) converge() time.Duration {
	began := time.Now()
	for !c.converged() {
		if time.Since(began) > time.Minute {
			c.t.Fatal("it does not converge")
		}
		<-time.After(50 * time.Millisecond)
		synctest.Wait()
	}
	return time.Since(began)
}

func (c *large) converged() bool {
	sum, part := 0, entity.DefaultShards*11/10/len(c.nodes)+1
	for i, n := range c.nodes {
		if len(n.Members()) != len(c.nodes) || c.of[i].Shards() > part {
			return false
		}
		sum += c.of[i].Shards()
	}
	if sum != entity.DefaultShards {
		return false
	}
	for _, e := range c.of {
		for id := range 40 {
			if node, _ := e.Owner(fmt.Sprint(id)); node == "" {
				return false
			}
		}
	}
	return true
}

// owner returns the index of a node that has shards.
func (c *large) owner() int {
	for i, e := range c.of {
		if e.Shards() > 0 {
			return i
		}
	}
	c.t.Fatal("nobody has a shard")
	return 0
}

func (c *large) remove(i int) *clustertest.Node {
	n := c.nodes[i]
	c.nodes = append(c.nodes[:i:i], c.nodes[i+1:]...)
	c.of = append(c.of[:i:i], c.of[i+1:]...)
	return n
}

// call has each node call a few entities.
func (c *large) call() {
	for i, n := range c.nodes {
		ctx, cancel := context.WithTimeout(runtime.NewContext(context.Background(), n.Runtime()), 3*ttl)
		for k := range callsEach {
			id := fmt.Sprint(n.Host, k) // the same whenever the node calls
			v, err := entity.CallAs[string](ctx, c.of[i], id, id)
			require.NoError(c.t, err)
			require.Equal(c.t, id, v)
		}
		cancel()
	}
}

// look looks at connections and memory.
func (c *large) look() {
	most, sum := 0, 0
	for _, n := range c.nodes {
		k := len(n.Cluster.Node().Nodes())
		most, sum = max(most, k), sum+k
	}
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	heap := m.HeapAlloc + m.StackInuse
	c.t.Logf("connections of a node: %.1f, at most %d; %d MiB live, %d MiB of the system's",
		float64(sum)/float64(len(c.nodes)), most, heap>>20, (m.Sys-m.HeapReleased)>>20)
	require.LessOrEqual(c.t, most, maxConns)
	require.LessOrEqual(c.t, heap, uint64(maxHeapBytes))
}
