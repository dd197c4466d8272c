package entity

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/internal/mirror"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// Entities are the entities of one kind, seen from this node. All goroutines may share it.
// It ends with the cluster's membership.
type Entities struct {
	c       *cluster.Cluster
	kind    Kind
	self    string // this node
	keys    string // the prefix of the shards' keys
	hosts   string // the prefix of the keys of the nodes that have the kind
	table   *table
	nodes   *nodes
	active  atomic.Int64 // counts the entities that run here
	serving atomic.Int64 // publishes how many shards are served here
	placed  atomic.Int64 // counts how often it was computed who is to have which shard
	manager pid.PID
}

// kindKey is what Entities are attached to their cluster under.
type kindKey string

// registration is Entities, or why there are none.
type registration struct {
	e   *Entities
	err error
}

// Register registers a kind on this node, which from then on takes its part of the shards.
// It returns cluster.ErrNoDirectory, ErrKindDiffers, ErrRegistered, or that there is no
// session now. Each node that calls entities of the kind registers it, if need be as a
// Proxy.
func Register(c *cluster.Cluster, kind Kind) (*Entities, error) {
	kind = kind.withDefaults()
	if err := kind.check(); err != nil {
		return nil, err
	}
	fresh := false
	r := c.Attach(kindKey(kind.Name), func() any {
		fresh = true
		e, err := register(c, kind)
		return registration{e, err}
	}).(registration)
	if !fresh {
		return nil, ErrRegistered
	}
	return r.e, r.err
}

func register(c *cluster.Cluster, kind Kind) (*Entities, error) {
	d, err := c.Directory()
	if err != nil {
		return nil, err
	}
	e := &Entities{
		c: c, kind: kind, self: c.Runtime().Node().Name(),
		keys: c.Key("s", kind.Name+"/"), hosts: c.Key("k", kind.Name+"/"),
		table: newTable(kind.Shards, c.Runtime().Node().ID()), nodes: newNodes(),
	}
	if !kind.Proxy {
		if err := e.join(); err != nil {
			return nil, err
		}
	}
	return e, e.run(d)
}

// join announces the kind with the session that there is now, and looks whether all agree.
func (e *Entities) join() error {
	s, err := e.c.Session()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), e.c.TTL())
	defer cancel()
	return e.announce(ctx, s)
}

// run starts what keeps the table and claims shards, until the cluster is left.
func (e *Entities) run(d directory.Directory) error {
	m := &manager{e: e, own: make(map[int]*holding), past: make(map[pid.PID]past)}
	var err error
	e.manager, err = e.c.Runtime().SpawnOpt(runtime.SpawnOptions{Label: "shards of " + e.kind.Name, TrapExit: true}, m.run)
	if err != nil {
		return fmt.Errorf("entity: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go mirror.Run(ctx, d, e.keys, e.c.TTL()/10, m.shardsChanged) // ends with the cluster
	go mirror.Run(ctx, d, e.hosts, e.c.TTL()/10, m.hostsChanged) // ends with the cluster
	go func() {                                                  // ends with the cluster
		<-e.c.Done()
		cancel()
		_ = e.c.Runtime().Exit(e.manager, signal.Shutdown)
	}()
	e.c.OnLeave(e.leave)
	return nil
}

var _ cluster.ShardsShower = registration{}

// ShowShards implements [cluster.ShardsShower].
func (r registration) ShowShards() iter.Seq[inspect.ClusterShard] {
	return func(yield func(inspect.ClusterShard) bool) {
		if r.err != nil {
			return
		}
		for number := range r.e.table.routes {
			s := inspect.ClusterShard{Kind: r.e.kind.Name, Shard: number}
			if now := r.e.table.routes[number].Load(); now != nil {
				s.Node, s.Server, s.Fence = now.server.Node().Name(), now.server, uint64(now.fence)
			}
			if !yield(s) {
				return
			}
		}
	}
}

// leave hands all shards over before the session is closed.
func (e *Entities) leave(ctx context.Context) {
	_, err := runtime.Call[bool](runtime.NewContext(ctx, e.c.Runtime()), e.manager, leave{})
	if err != nil && !errors.Is(err, runtime.ErrNoProc) {
		return // ctx has ended: what is left goes with the session
	}
}

// leave asks the manager to give all shards up; it answers when that is done.
type leave struct{}

// Active returns how many entities run on this node.
func (e *Entities) Active() int { return int(e.active.Load()) }

// Shards returns how many shards this node runs entities of.
func (e *Entities) Shards() int { return int(e.serving.Load()) }

// nodes are those that have the kind.
type nodes struct {
	mu sync.Mutex
	of map[string]struct{} // guarded by mu
}

func newNodes() *nodes { return &nodes{of: make(map[string]struct{})} }
