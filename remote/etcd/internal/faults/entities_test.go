package faults_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	goruntime "runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/remote/etcd"
	"github.com/starlang-go/starlang/remote/etcd/etcdtest"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

const (
	// fewEntities is how many TestEntities makes if it is not told.
	fewEntities = 2000
	// enoughEntities is from how many on what the nodes themselves take does not count.
	enoughEntities = 100_000
	// maxEntityBytes is what an idle entity may take, with all that its node knows of it.
	maxEntityBytes = 700
	// maxKeys is a key for each of 256 shards, and some for each node.
	maxKeys = 276

	entitiesTTL   = 30 * time.Second // no node is to be lost because the machine has much to do
	entityCallers = 32               // processes that make the first call of each entity
	rollSenders   = 40               // processes that go on to call while the nodes are rolled
)

// TestEntities has many entities on three nodes, all of them in this program: it looks at what
// they take when they are idle, and then rolls the three nodes under calls and casts.
func TestEntities(t *testing.T) {
	n := max(*rounds, fewEntities)
	servers := etcdtest.Start(t, 1)
	cells := &cells{got: make(map[string][]int), noted: make(map[string]bool)}
	for s := range rollSenders {
		cells.noted[cellID(s)] = true
	}
	nodes := make([]*inner, 3)
	for i := range nodes {
		nodes[i] = startInner(t, servers, fmt.Sprintf("n%d@test", i), cells, false)
	}
	caller := startInner(t, servers, "caller@test", cells, true)
	awaitShards(t, nodes)

	before := used()
	began := time.Now()
	caller.callEach(t, n)
	t.Logf("%d entities were called once in %v", n, time.Since(began).Round(time.Millisecond))
	if n >= enoughEntities {
		each := settled(before).each(n)
		t.Logf("an idle entity takes %.0f B; with the gaps that garbage has left, %.0f B; goal %d", each.live, each.resident, maxEntityBytes)
		require.LessOrEqual(t, each.live, float64(maxEntityBytes))
	}
	keys := countKeys(t, servers)
	t.Logf("etcd has %d keys; goal %d", keys, maxKeys)
	require.LessOrEqual(t, keys, int64(maxKeys))
	roll(t, servers, nodes, caller, cells)
	var wg sync.WaitGroup
	for _, node := range append(nodes, caller) { // all at once
		wg.Go(func() { node.stop(t) })
	}
	wg.Wait()
}

// roll restarts each node under calls and casts. Each of them is handled once and in order.
func roll(t *testing.T, servers *etcdtest.Servers, nodes []*inner, caller *inner, cells *cells) {
	over, sent := make(chan struct{}), make([]int, rollSenders)
	var wg sync.WaitGroup
	for s := range sent {
		wg.Go(func() { sent[s] = caller.send(t, cellID(s), over) }) // ends when over is closed
	}
	for i, node := range nodes {
		began := time.Now()
		node.stop(t)
		t.Logf("%s has left in %v", node.name, time.Since(began).Round(time.Millisecond))
		nodes[i] = startInner(t, servers, node.name, cells, false)
		awaitShards(t, nodes)
	}
	close(over)
	wg.Wait()
	all := 0
	for s, n := range sent {
		cells.await(t, cellID(s), n)
		all += n
	}
	t.Logf("%d calls and casts while three nodes were rolled: none lost, none out of order", all)
}

// cells is what the entities were told, by ID.
type cells struct {
	noted map[string]bool // the IDs of those that write down what they get

	mu  sync.Mutex
	got map[string][]int // guarded by mu
}

// await waits until an entity has got the numbers from 1 to n, and sees that they came in order.
func (c *cells) await(t *testing.T, id string, n int) {
	t.Helper()
	got := func() []int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.got[id]
	}
	require.Eventually(t, func() bool { return len(got()) >= n }, waitLimit, 10*time.Millisecond, "%s got not all of %d", id, n)
	want := make([]int, n)
	for i := range want {
		want[i] = i + 1
	}
	require.Equal(t, want, got(), id)
}

// cell is an entity with a number.
type cell struct{ n int }

// HandleCall implements genserver.CallHandler.
func (c *cell) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	c.n = req.(int)
	return c.n, nil
}

// notedCell is a cell that writes down what is positive.
type notedCell struct {
	of *cells
	id string
}

func (c *notedCell) take(v int) {
	if v > 0 {
		c.of.mu.Lock()
		defer c.of.mu.Unlock()
		c.of.got[c.id] = append(c.of.got[c.id], v)
	}
}

// HandleCall implements genserver.CallHandler.
func (c *notedCell) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	c.take(req.(int))
	return req, nil
}

// HandleCast implements genserver.CastHandler.
func (c *notedCell) HandleCast(_ *genserver.Context, msg any) error {
	c.take(msg.(int))
	return nil
}

// start starts an entity.
func (c *cells) start(_ entity.Lease, id string) (any, error) {
	if c.noted[id] {
		return &notedCell{c, id}, nil
	}
	return new(cell), nil
}

func cellID(i int) string { return fmt.Sprint("cell-", i) }

// inner is a member in this program.
type inner struct {
	name string
	dir  *etcd.Directory
	c    *cluster.Cluster
	of   *entity.Entities
}

func startInner(t *testing.T, servers *etcdtest.Servers, name string, cells *cells, proxy bool) *inner {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	dir, err := etcd.New(etcd.Config{Endpoints: servers.Endpoints()})
	require.NoError(t, err)
	rt := runtime.MustNew(runtime.Config{Name: name, Logger: logger})
	c, err := cluster.Start(t.Context(), rt, cluster.Config{
		Directory: dir, TTL: entitiesTTL, Logger: logger,
		Remote: remote.Config{Listen: "127.0.0.1:0", Cookie: "faults", Logger: logger},
	})
	require.NoError(t, err)
	of, err := entity.Register(c, entity.Kind{
		Name: "cell", Proxy: proxy, PassivateAfter: -1, Start: cells.start,
	})
	require.NoError(t, err)
	return &inner{name, dir, c, of}
}

// stop makes the member leave in order.
func (n *inner) stop(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	if err := errors.Join(n.c.Leave(ctx), n.c.Runtime().Shutdown(ctx), n.dir.Close()); err != nil {
		t.Errorf("%s: %v", n.name, err)
	}
}

func awaitShards(t *testing.T, nodes []*inner) {
	t.Helper()
	require.Eventually(t, func() bool {
		sum := 0
		for _, n := range nodes {
			if n.of.Shards() < entity.DefaultShards/len(nodes)/2 {
				return false
			}
			sum += n.of.Shards()
		}
		return sum == entity.DefaultShards
	}, waitLimit, 10*time.Millisecond)
}

// callEach calls n entities once.
func (n *inner) callEach(t *testing.T, count int) {
	var wg sync.WaitGroup
	for w := range entityCallers {
		wg.Go(func() { // ends when all is called
			err := n.c.Runtime().Run(context.Background(), func(ctx *runtime.Context) error {
				for i := w; i < count; i += entityCallers {
					if err := n.call(ctx, cellID(i), 0); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Errorf("first calls: %v", err)
			}
		})
	}
	wg.Wait()
}

func (n *inner) call(ctx context.Context, id string, v int) error {
	bounded, cancel := context.WithTimeout(ctx, waitLimit)
	defer cancel()
	got, err := entity.CallAs[int](bounded, n.of, id, v)
	if err == nil && got != v {
		err = fmt.Errorf("%d was answered with %d", v, got)
	}
	return err
}

// send sends an entity numbers, by calls and casts by turns, until over is closed, and returns
// how many these were.
func (n *inner) send(t *testing.T, id string, over <-chan struct{}) (count int) {
	err := n.c.Runtime().Run(context.Background(), func(ctx *runtime.Context) error {
		tick := time.NewTicker(beat)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return nil
			case <-tick.C:
			}
			if err := n.sendOne(ctx, id, count+1); err != nil {
				return fmt.Errorf("number %d: %w", count+1, err)
			}
			count++
		}
	})
	if err != nil {
		t.Errorf("%s: %v", id, err)
	}
	return count
}

func (n *inner) sendOne(ctx context.Context, id string, v int) error {
	if v%2 == 0 {
		return n.call(ctx, id, v)
	}
	bounded, cancel := context.WithTimeout(ctx, waitLimit)
	defer cancel()
	return entity.Cast(bounded, n.of, id, v)
}

// usage is how many bytes the program takes.
type usage struct {
	live     float64 // by what lives, stacks included
	resident float64 // of the operating system's, once garbage was given back
}

func used() usage {
	debug.FreeOSMemory()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return usage{float64(m.HeapAlloc + m.StackInuse), float64(m.Sys - m.HeapReleased)}
}

func (u usage) since(before usage) usage {
	return usage{u.live - before.live, u.resident - before.resident}
}

func (u usage) each(n int) usage { return usage{u.live / float64(n), u.resident / float64(n)} }

// settled waits until entities hibernate, and returns what they take beyond before: when that
// has got no smaller for a while.
func settled(before usage) usage {
	now := used().since(before)
	for end := time.Now().Add(waitLimit); time.Now().Before(end); {
		elapse(time.Second)
		last := now
		if now = used().since(before); now.live > 0.99*last.live {
			break
		}
	}
	return now
}

func countKeys(t *testing.T, servers *etcdtest.Servers) int64 {
	t.Helper()
	c, err := clientv3.New(clientv3.Config{Endpoints: servers.Endpoints(), Logger: zap.NewNop()})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	got, err := c.Get(ctx, "", clientv3.WithPrefix(), clientv3.WithCountOnly())
	require.NoError(t, errors.Join(err, c.Close()))
	return got.Count
}
