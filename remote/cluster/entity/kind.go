package entity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// Defaults and limits.
const (
	DefaultShards         = 256
	DefaultPassivateAfter = 2 * time.Minute
	DefaultHandOffTimeout = 10 * time.Second
	// MaxShards bounds Kind.Shards: each is a key of the directory.
	MaxShards = 10_000
	// MaxWaiting is how many calls and casts may wait for one shard that has no owner, and
	// how many messages for one entity that is being stopped or a shard that moves.
	MaxWaiting = 1000
)

// The errors by which callers branch, with errors.Is.
var (
	// ErrShardBusy tells that too many wait for the shard already. Nothing was sent.
	ErrShardBusy = errors.New("entity: too many wait for the shard")
	// ErrKindDiffers tells that another node has registered a kind of this name with
	// another number of shards.
	ErrKindDiffers = errors.New("entity: kind differs from that of another node")
	// ErrRegistered tells that this node has a kind of this name already.
	ErrRegistered = errors.New("entity: kind is registered already")
	// ErrEntityDown tells that the entity ended while it had the call.
	ErrEntityDown = errors.New("entity: it ended while it had the call")
	// ErrClosed tells that the cluster has been left.
	ErrClosed = errors.New("entity: cluster has been left")
)

// Lease is what an entity may act by.
type Lease interface {
	// Fence is the number of the claim of the entity's shard. It grows with each claim.
	Fence() directory.Fence
	// Open reports whether the claim holds now. It is looked at before each message
	// anyhow; work that goes on for long looks again.
	Open() bool
}

// Kind is a kind of entities. A zero field means its default.
type Kind struct {
	Name string
	// Shards is into how many parts the IDs are divided. It cannot be changed while a
	// node of the cluster runs.
	Shards int
	// Start returns the server of an ID, for package genserver. It and its Init run in
	// the entity's process.
	Start func(l Lease, id string) (any, error)
	// PassivateAfter is how long an entity has had no message when it is stopped. It
	// hibernates long before. Negative: never.
	PassivateAfter time.Duration
	// MaxActive is how many entities may run on this node. Above it those are stopped
	// that were not used for longest. 0: no bound.
	MaxActive int
	// HandOffTimeout is how long the entities of a shard that moves are given to handle
	// what they have. Then they are killed.
	HandOffTimeout time.Duration
	// Wanted, if set, names the entities of a shard that run also without a message. It
	// is asked when the shard has been claimed, in a process of its own that ends with
	// the shard, and once more a second after it has failed. An entity that it has named
	// is started again a second after its end.
	Wanted func(ctx context.Context, shard int) iter.Seq[string]
	// Proxy makes this node one that calls entities and runs none.
	Proxy bool
}

func (k Kind) withDefaults() Kind {
	if k.Shards == 0 {
		k.Shards = DefaultShards
	}
	if k.PassivateAfter == 0 {
		k.PassivateAfter = DefaultPassivateAfter
	}
	if k.HandOffTimeout == 0 {
		k.HandOffTimeout = DefaultHandOffTimeout
	}
	return k
}

func (k Kind) check() error {
	switch {
	case k.Name == "":
		return errors.New("entity: kind has no name")
	case k.Start == nil && !k.Proxy:
		return errors.New("entity: kind has no Start")
	case k.Shards < 1 || k.Shards > MaxShards:
		return fmt.Errorf("entity: %d shards, possible are 1 to %d", k.Shards, MaxShards)
	}
	return nil
}

// layout is what all nodes must agree on.
type layout struct {
	Shards int    `json:"shards"`
	Hash   string `json:"hash"`
}

// hashName names the hash function of IDs.
const hashName = "fnv1a-64"

func (k Kind) layout() layout { return layout{k.Shards, hashName} }

// announce makes the node one that has the kind, for the life of the session. The key is
// the node's own, so the claim cannot fail; of two nodes that differ the later one sees the
// other's key.
func (e *Entities) announce(ctx context.Context, s *cluster.Session) error {
	value, err := json.Marshal(e.kind.layout())
	if err != nil {
		return err
	}
	claim := directory.Claim{Key: e.hosts + e.self, Value: value}
	held, err := s.Claim(ctx, claim)
	if err != nil {
		return err
	}
	d, err := e.c.Directory()
	if err != nil {
		return err
	}
	all, _, err := d.List(ctx, e.hosts)
	if err != nil {
		return err
	}
	for _, other := range all {
		if string(other.Value) != string(value) && other.Fence < held[0].Fence {
			return errors.Join(fmt.Errorf("%w: %s has %s", ErrKindDiffers, other.Key, other.Value), s.Release(ctx, held...))
		}
	}
	return nil
}
