package entity_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ttl = clustertest.TTL

// world is what the entities of all nodes write to.
type world struct {
	mu      sync.Mutex
	got     map[string][]int           // guarded by mu; by ID
	fences  map[string]directory.Fence // guarded by mu; the last that wrote
	stale   int                        // guarded by mu; writes with a smaller fence
	started map[string]int             // guarded by mu
	stopped map[string]int             // guarded by mu
}

func newWorld() *world {
	return &world{
		got: make(map[string][]int), fences: make(map[string]directory.Fence),
		started: make(map[string]int), stopped: make(map[string]int),
	}
}

func (w *world) write(id string, f directory.Fence, v int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f < w.fences[id] {
		w.stale++
	}
	w.fences[id] = f
	w.got[id] = append(w.got[id], v)
}

func (w *world) values(id string) []int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.got[id])
}

func (w *world) count(of map[string]int, id string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return of[id]
}

// ledger is an entity that writes down what it gets.
type ledger struct {
	w     *world
	id    string
	lease entity.Lease
}

var errRefused = errors.New("refused")

func (l *ledger) Init(*genserver.Context) error {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.w.started[l.id]++
	return nil
}

func (l *ledger) Terminate(*genserver.Context, signal.ExitReason) {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.w.stopped[l.id]++
}

func (l *ledger) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	switch v := req.(type) {
	case int:
		l.w.write(l.id, l.lease.Fence(), v)
		return v, nil
	case string:
		if v == "panic" {
			panic("told to")
		}
		return nil, errRefused
	}
	return nil, genserver.ErrUnhandled
}

func (l *ledger) HandleCast(_ *genserver.Context, msg any) error {
	l.w.write(l.id, l.lease.Fence(), msg.(int))
	return nil
}

// node is a node that has the kind.
type node struct {
	*clustertest.Node
	*entity.Entities
}

func start(l *clustertest.Lab, w *world, name string, change ...func(*entity.Kind)) node {
	n := l.Start(name)
	kind := entity.Kind{Name: "ledger", Shards: 16, Start: func(lease entity.Lease, id string) (any, error) {
		return &ledger{w, id, lease}, nil
	}}
	for _, f := range change {
		f(&kind)
	}
	e, err := entity.Register(n.Cluster, kind)
	require.NoError(l.T, err)
	return node{n, e}
}

// call calls an entity in the name of the program.
func (n node) call(id string, req any) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 6*ttl)
	defer cancel()
	return entity.CallAs[int](runtime.NewContext(ctx, n.Runtime()), n.Entities, id, req)
}

func inLab(t *testing.T, test func(t *testing.T, l *clustertest.Lab, w *world)) {
	synctest.Test(t, func(t *testing.T) { test(t, clustertest.New(t, 1), newWorld()) })
}

// settle lets shards find their nodes.
func settle() {
	<-time.After(3 * ttl)
	synctest.Wait()
}

func TestEntity_StartsOnDemandOnOneNode(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		a, b := start(l, w, "a@test"), start(l, w, "b@test")
		for i := range 50 {
			for _, n := range []node{a, b} {
				v, err := n.call(fmt.Sprint("id", i), i)
				require.NoError(t, err)
				require.Equal(t, i, v)
			}
			require.Equal(t, 1, w.count(w.started, fmt.Sprint("id", i)))
		}
		settle()
		require.Equal(t, 16, a.Shards()+b.Shards())
		require.NotZero(t, a.Shards())
		require.NotZero(t, b.Shards())
	})
}

func TestEntity_ErrorsAreTheEntitys(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		a := start(l, w, "a@test")
		_, err := a.call("x", "no")
		require.ErrorContains(t, err, errRefused.Error())
		_, err = a.call("x", 1.5)
		require.ErrorIs(t, err, genserver.ErrUnhandled)
		_, err = a.call("x", "panic")
		require.ErrorIs(t, err, entity.ErrEntityDown)
		v, err := a.call("x", 7)
		require.NoError(t, err, "it is started anew")
		require.Equal(t, 7, v)
	})
}

func TestEntity_RollingRestartLosesNoCallAndKeepsOrder(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		nodes := []node{start(l, w, "a@test"), start(l, w, "b@test"), start(l, w, "c@test")}
		client := start(l, w, "client@test", func(k *entity.Kind) { k.Proxy = true })
		settle()
		const senders, each = 8, 400
		var wg sync.WaitGroup
		for s := range senders {
			wg.Go(func() { // ends when all is sent, waited for below
				err := client.Runtime().Run(context.Background(), func(ctx *runtime.Context) error {
					return send(ctx, client, fmt.Sprint("id", s), each)
				})
				require.NoError(t, err)
			})
		}
		for i, n := range nodes {
			<-time.After(time.Second)
			n.Stop()
			<-time.After(time.Second)
			nodes[i] = start(l, w, n.Host)
		}
		wg.Wait()
		settle()
		for s := range senders {
			want := make([]int, each)
			for i := range want {
				want[i] = i
			}
			require.Equal(t, want, w.values(fmt.Sprint("id", s)))
		}
		require.Zero(t, w.stale)
	})
}

// Each caller is a new process, which first asks earlier owners for an answer. On a slow network
// that takes longer than the owner then known may stay.
func TestEntity_RollingRestartFailsNoCallOnASlowNetwork(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		l.Net.SetDelay(50*time.Millisecond, 400*time.Millisecond)
		nodes := []node{start(l, w, "a@test"), start(l, w, "b@test")}
		client := start(l, w, "client@test", func(k *entity.Kind) { k.Proxy = true })
		settle()
		over := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { callAtRate(t, client, over) }) // ends when over is closed
		for i := range 8 {
			nodes[i%2].Stop()
			nodes[i%2] = start(l, w, nodes[i%2].Host)
			<-time.After(ttl / 3)
		}
		close(over)
		wg.Wait()
		require.Zero(t, w.stale)
	})
}

// callAtRate has a new process make a call every few milliseconds.
func callAtRate(t *testing.T, n node, over <-chan struct{}) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := 0; ; i++ {
		select {
		case <-over:
			return
		case <-time.After(5 * time.Millisecond):
		}
		wg.Go(func() {
			err := n.Runtime().Run(context.Background(), func(ctx *runtime.Context) error {
				bounded, cancel := context.WithTimeout(ctx, 10*ttl)
				defer cancel()
				_, err := entity.CallAs[int](bounded, n.Entities, fmt.Sprint("id", i%40), i)
				return err
			})
			if err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		})
	}
}

// send sends numbers to an entity, by calls and casts by turns.
func send(ctx *runtime.Context, n node, id string, count int) error {
	for i := range count {
		bounded, cancel := context.WithTimeout(ctx, 6*ttl)
		var err error
		if i%2 == 0 {
			_, err = entity.CallAs[int](bounded, n.Entities, id, i)
		} else {
			err = entity.Cast(bounded, n.Entities, id, i)
		}
		cancel()
		if err != nil {
			return fmt.Errorf("%s: number %d: %w", id, i, err)
		}
		if _, err := ctx.RecvTimeout(20 * time.Millisecond); !errors.Is(err, runtime.ErrTimeout) {
			return err
		}
	}
	return nil
}

func TestEntity_CrashMovesShards(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		a, b := start(l, w, "a@test"), start(l, w, "b@test")
		settle()
		var at string
		for i := 0; at == ""; i++ {
			if node, _ := b.Owner(fmt.Sprint("id", i)); node == "a@test" {
				at = fmt.Sprint("id", i)
			}
		}
		_, err := b.call(at, 1)
		require.NoError(t, err)
		a.Crash()
		crashed := time.Now()
		for _, err = b.call(at, 2); err != nil; _, err = b.call(at, 2) {
			require.ErrorIs(t, err, runtime.ErrNoConnection)
			<-time.After(ttl / 20)
		}
		require.LessOrEqual(t, time.Since(crashed), ttl+ttl/2)
		settle() // the others are claimed at the same time, in any order
		require.Equal(t, 16, b.Shards())
		require.Zero(t, w.stale)
	})
}

func TestEntity_IdleOnesAreStoppedAndStartAnew(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		a := start(l, w, "a@test", func(k *entity.Kind) { k.PassivateAfter = time.Minute })
		_, err := a.call("x", 1)
		require.NoError(t, err)
		<-time.After(2 * time.Minute)
		synctest.Wait()
		require.Equal(t, 1, w.count(w.stopped, "x"))
		require.Zero(t, a.Active())
		_, err = a.call("x", 2)
		require.NoError(t, err)
		require.Equal(t, 2, w.count(w.started, "x"))
	})
}

func TestEntity_WantedRunWithoutAMessage(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		var e *entity.Entities
		wanted := func(_ context.Context, shard int) iter.Seq[string] {
			return func(yield func(string) bool) {
				if shard == 3 {
					yield("always")
				}
			}
		}
		a := start(l, w, "a@test", func(k *entity.Kind) { k.Wanted = wanted; k.PassivateAfter = time.Minute })
		e = a.Entities
		settle()
		require.Equal(t, 1, w.count(w.started, "always"))
		<-time.After(time.Hour)
		require.Zero(t, w.count(w.stopped, "always"))
		require.Equal(t, 1, e.Active())
	})
}

func TestEntity_KindsMustAgree(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		start(l, w, "a@test")
		b := l.Start("b@test")
		kind := entity.Kind{Name: "ledger", Shards: 17, Start: func(entity.Lease, string) (any, error) { return nil, nil }}
		_, err := entity.Register(b.Cluster, kind)
		require.ErrorIs(t, err, entity.ErrKindDiffers)
		c := l.Start("c@test", func(c *cluster.Config) { c.Directory = nil })
		_, err = entity.Register(c.Cluster, kind)
		require.ErrorIs(t, err, cluster.ErrNoDirectory)
	})
}

func TestEntity_FrozenOwnerHandlesNothingAfterwards(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		a, b := start(l, w, "a@test"), start(l, w, "b@test")
		settle()
		ids := make([]string, 0)
		for i := 0; len(ids) < 5; i++ {
			if node, _ := b.Owner(fmt.Sprint("id", i)); node == "a@test" {
				ids = append(ids, fmt.Sprint("id", i))
			}
		}
		a.Freeze()
		for _, id := range ids {
			go func() { _ = entity.Cast(runtime.NewContext(context.Background(), a.Runtime()), a.Entities, id, 1) }()
		}
		<-time.After(2 * ttl)
		for _, id := range ids {
			_, err := b.call(id, 2)
			require.NoError(t, err)
		}
		a.Thaw()
		settle()
		for _, id := range ids {
			require.Equal(t, 2, w.values(id)[0], "nothing was handled by the frozen node")
		}
		require.Zero(t, w.stale)
	})
}

func TestEntity_LostSessionGivesWayToAnother(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		a := start(l, w, "a@test")
		_, err := a.call("x", 1)
		require.NoError(t, err)
		s, err := a.Session()
		require.NoError(t, err)
		l.Store.Revoke(s.ID())
		settle()
		require.Equal(t, 16, a.Shards())
		_, err = a.call("x", 2)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2}, w.values("x"))
	})
}
