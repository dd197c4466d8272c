package cluster_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/directory/memory"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/remote/cluster/group"
	"github.com/starlang-go/starlang/remote/cluster/single"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/term"
)

var (
	seeds     = flag.Int("seeds", 4, "how many stories TestSimulation tells")
	firstSeed = flag.Int("first", 0, "the seed of the first")
)

// TestSimulation tells random stories of a cluster: of four nodes with slow clocks and a
// slow directory, that are cut off, frozen, crash, leave and start again, while processes
// on all of them call entities. What must hold in each of them:
//
//	I1  an entity handles a message while no other one of its ID is open
//	I2  fences grow with each ID
//	I3  each call ends
//	I4  what one process sends to one entity is handled in order
//	I5  and once
//	I6  when all is well again, each shard has an owner, and there is one leader, one holder
//	    of each name, and one table of groups
//	I7  who is found under a name was no process of a session that had ended
//	I8  in the end nothing is left
func TestSimulation(t *testing.T) {
	for seed := *firstSeed; seed < *firstSeed+*seeds; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newStory(t, uint64(seed)).tell() })
		})
	}
}

const (
	simNodes  = 4
	simShards = 8
	simIDs    = 6
	simEvents = 28
	simLosses = 3
	slowest   = 0.92 // of the clocks; a session allows for a tenth
)

// story is one run.
type story struct {
	t     *testing.T
	lab   *clustertest.Lab
	rng   *rand.Rand
	nodes []*simNode
	sink  *sink
	wg    sync.WaitGroup // the senders
	over  chan struct{}  // closed when they are to end
}

// simNode is a node of a story.
type simNode struct {
	*clustertest.Node
	ledgers *entity.Entities
	scope   *group.Scope
	frozen  atomic.Bool
	slow    bool // its clock
}

func newStory(t *testing.T, seed uint64) *story {
	s := &story{
		t: t, lab: clustertest.New(t, seed), rng: rand.New(rand.NewPCG(seed, 7)),
		sink: newSink(t), over: make(chan struct{}),
	}
	s.lab.Net.SetDelay(0, 5*time.Millisecond)
	s.lab.Store.SetGrace(func() time.Duration { return 0 })
	return s
}

func (s *story) tell() {
	for i := range simNodes {
		s.nodes = append(s.nodes, s.start(fmt.Sprintf("n%d@test", i)))
	}
	for range simEvents {
		s.event()
		s.pause(ttl * 2 / 3)
	}
	for range simLosses {
		s.loseOne()
	}
	s.heal()
	<-time.After(2*ttl + 3*time.Second)
	close(s.over)
	s.wg.Wait() // I3
	s.converged()
	for _, n := range s.nodes {
		n.Stop()
	}
	require.Zero(s.t, s.lab.Store.Sessions(), "I8")
	require.Zero(s.t, s.lab.Store.Len(), "I8")
}

// pause lets some time pass.
func (s *story) pause(most time.Duration) { <-time.After(time.Duration(s.rng.Int64N(int64(most)))) }

// start starts a node with all that it runs.
func (s *story) start(name string) *simNode {
	n := &simNode{slow: s.rng.IntN(2) == 1}
	clock := clustertest.NewClock(map[bool]float64{false: 1, true: slowest}[n.slow])
	n.Node = s.lab.Start(name, func(c *cluster.Config) { c.Clock = clock })
	s.delay(n)
	var err error
	n.ledgers, err = entity.Register(n.Cluster, entity.Kind{
		Name: "ledger", Shards: simShards, PassivateAfter: ttl, HandOffTimeout: 2 * ttl,
		Start: func(l entity.Lease, id string) (any, error) { return &account{s.sink, n, l, id}, nil },
	})
	require.NoError(s.t, err)
	n.scope, err = group.Open(n.Cluster, "sim")
	require.NoError(s.t, err)
	s.leader(n)
	s.senders(n)
	return n
}

// delay makes a node's line to the directory slow, in its own way: to some the answers take
// nearly as long as a try may.
func (s *story) delay(n *simNode) {
	rng, mu := rand.New(rand.NewPCG(s.rng.Uint64(), 1)), sync.Mutex{}
	between := func(least, most time.Duration) func() time.Duration {
		return func() time.Duration {
			mu.Lock()
			defer mu.Unlock()
			return least + time.Duration(rng.Int64N(int64(most-least)))
		}
	}
	f := memory.Faults{Delay: between(0, ttl/100)}
	if s.rng.IntN(2) == 0 {
		f.Answer = between(lateAnswer, latestAnswer)
	}
	n.Client.SetFaults(f)
}

// What answers take that are late: nearly as long as a try may.
const (
	lateAnswer   = ttl / 12
	latestAnswer = ttl / 9
)

// loseOne cuts a node off from the directory while the others are well and take over at once
// what it loses: one that is late in every way, with a slow clock, if there is one, and whose
// answers were late. All are well afterwards.
func (s *story) loseOne() {
	s.heal()
	<-time.After(ttl)
	one := s.nodes[s.rng.IntN(len(s.nodes))]
	for _, n := range s.nodes {
		if n.slow {
			one = n
		}
	}
	one.Client.SetFaults(memory.Faults{Answer: func() time.Duration { return latestAnswer }})
	<-time.After(ttl)
	s.pause(ttl / 5) // of the time between two renewals
	one.Client.SetFaults(memory.Faults{Cut: true})
	<-time.After(ttl * 5 / 4)
	s.heal()
}

// leader starts a standby whose process joins a group.
func (s *story) leader(n *simNode) {
	start := func(ctx context.Context) (pid.PID, error) {
		parent, _ := runtime.FromContext(ctx)
		return parent.SpawnLink(func(ctx *runtime.Context) error {
			_ = n.scope.Join(ctx, "leaders")
			<-ctx.Done()
			return context.Cause(ctx)
		})
	}
	_, err := supervisor.Start(context.Background(), n.Runtime(), supervisor.Spec{
		Intensity: 1000,
		Children:  []supervisor.ChildSpec{single.Child(n.Cluster, "leader", supervisor.ChildSpec{Start: start})},
	})
	require.NoError(s.t, err)
}

// senders starts processes that send numbers to entities until the story is over or their
// node ends.
func (s *story) senders(n *simNode) {
	for i := range simIDs {
		id := fmt.Sprint("id", i)
		s.wg.Go(func() { // ends with the node or the story
			_ = n.Runtime().Run(context.Background(), func(ctx *runtime.Context) error {
				return s.send(ctx, n, id)
			})
		})
	}
}

// number is what senders send.
type number struct {
	From pid.PID
	N    int
}

func (s *story) send(ctx *runtime.Context, n *simNode, id string) error {
	for i := 1; ; i++ {
		select {
		case <-s.over:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(45 * time.Millisecond):
		}
		bounded, cancel := context.WithTimeout(ctx, 3*ttl)
		if v := (number{ctx.PID(), i}); i%5 == 0 {
			_, _ = entity.CallAs[int](bounded, n.ledgers, id, v)
		} else {
			_ = entity.Cast(bounded, n.ledgers, id, v)
		}
		cancel()
	}
}

// event is one thing that happens.
func (s *story) event() {
	i := s.rng.IntN(len(s.nodes))
	n := s.nodes[i]
	switch s.rng.IntN(12) {
	case 0:
		n.Isolate(true)
	case 1:
		n.Isolate(false)
	case 2, 3, 9:
		n.Client.SetFaults(memory.Faults{Cut: true})
	case 4:
		n.Client.SetFaults(memory.Faults{Mute: true})
	case 5, 10, 11: // often, so that somebody is there to take what others lose
		s.thaw(n)
		s.delay(n)
	case 6:
		n.Freeze()
		n.frozen.Store(true)
	case 7:
		s.thaw(n)
		n.Crash()
		s.nodes[i] = s.start(n.Host)
	case 8:
		s.thaw(n)
		s.delay(n)
		n.Isolate(false)
		n.Stop()
		s.nodes[i] = s.start(n.Host)
	}
}

func (s *story) thaw(n *simNode) {
	if n.frozen.Load() {
		n.Thaw()
		n.frozen.Store(false)
	}
}

func (s *story) heal() {
	for _, n := range s.nodes {
		s.thaw(n)
		n.Isolate(false)
		n.Client.SetFaults(memory.Faults{})
	}
}

// converged checks I6.
func (s *story) converged() {
	<-time.After(2 * ttl)
	leaders := 0
	for _, n := range s.nodes {
		require.Len(s.t, n.Members(), simNodes, "I6: members")
		if _, ok := single.IsLeader(n.Cluster, "leader"); ok {
			leaders++
		}
		require.Equal(s.t, s.nodes[0].scope.Members("leaders"), n.scope.Members("leaders"), "I6: groups")
		for id := range simIDs {
			ctx, cancel := context.WithTimeout(context.Background(), ttl)
			_, err := entity.CallAs[int](runtime.NewContext(ctx, n.Runtime()), n.ledgers, fmt.Sprint("id", id), number{})
			cancel()
			require.NoError(s.t, err, "I6: shards")
		}
	}
	require.Equal(s.t, 1, leaders, "I6: leaders")
	require.Equal(s.t, simShards, s.shards(), "I6: shards")
}

func (s *story) shards() (sum int) {
	for _, n := range s.nodes {
		sum += n.ledgers.Shards()
	}
	return sum
}

// account is an entity that writes to the sink, slowly.
type account struct {
	sink  *sink
	node  *simNode
	lease entity.Lease
	id    string
}

func (a *account) Init(ctx *genserver.Context) error {
	a.sink.open(a, ctx.PID())
	return nil
}

func (a *account) Terminate(*genserver.Context, signal.ExitReason) { a.sink.close(a) }

func (a *account) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	a.sink.write(a, req.(number))
	return 0, nil
}

func (a *account) HandleCast(_ *genserver.Context, msg any) error {
	a.sink.write(a, msg.(number))
	if msg.(number).N%16 == 0 {
		<-time.After(60 * time.Millisecond)
	}
	return nil
}

// sink is what all entities write to, and where I1, I2, I4 and I5 are looked at.
type sink struct {
	t *testing.T

	mu     sync.Mutex
	opened map[string]map[*account]pid.PID // guarded by mu; by ID
	fence  map[string]uint64               // guarded by mu; the largest, by ID
	last   map[string]map[pid.PID]int      // guarded by mu; the last number, by ID and sender
}

func newSink(t *testing.T) *sink {
	return &sink{
		t: t, opened: make(map[string]map[*account]pid.PID),
		fence: make(map[string]uint64), last: make(map[string]map[pid.PID]int),
	}
}

func (k *sink) open(a *account, p pid.PID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.opened[a.id] == nil {
		k.opened[a.id] = make(map[*account]pid.PID)
	}
	k.opened[a.id][a] = p
}

func (k *sink) close(a *account) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.opened[a.id], a)
}

// write takes a number. It is called at the moment when a message begins to be handled.
func (k *sink) write(a *account, v number) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for other, p := range k.opened[a.id] {
		if other != a && !other.node.frozen.Load() && other.node.Runtime().IsAlive(p) && other.lease.Open() {
			k.t.Errorf("I1: %s is open at %s and at %s", a.id, a.node.Host, other.node.Host)
		}
	}
	f := uint64(a.lease.Fence())
	if f == 0 || f < k.fence[a.id] {
		k.t.Errorf("I2: %s is written with fence %d after %d", a.id, f, k.fence[a.id])
	}
	k.fence[a.id] = max(f, k.fence[a.id])
	if v.N == 0 {
		return
	}
	if k.last[a.id] == nil {
		k.last[a.id] = make(map[pid.PID]int)
	}
	if last := k.last[a.id][v.From]; v.N <= last {
		k.t.Errorf("I4, I5: %s got number %d of %v after %d", a.id, v.N, v.From, last)
	}
	k.last[a.id][v.From] = v.N
}

func init() { term.MustRegister[number]("starlang.simulation.number") }
