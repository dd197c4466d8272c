package inspect

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

// ClusterSource tells of the cluster that a node is a member of. Module remote/cluster has
// one. What it is asked for it knows by itself: only FindName asks anybody else.
type ClusterSource interface {
	// About returns the cluster, and this node's part in it.
	About() ClusterAbout
	// Members yields the members, this node included, in any order.
	Members() iter.Seq[ClusterMember]
	// Names yields the names of the cluster that processes of this node have, and those of
	// other nodes' processes that it remembers, in any order.
	Names() iter.Seq[ClusterName]
	// FindName asks the directory who has a name. The error is ErrNotFound if nobody has.
	FindName(ctx context.Context, name string) ([]ClusterName, error)
	// Shards yields the shards of the kinds of entities that this node knows, in any order.
	Shards() iter.Seq[ClusterShard]
	// Drain hands over what the node holds, and makes it take nothing new. It returns when
	// that is done, or ctx ends; it goes on then.
	Drain(ctx context.Context) error
}

// clusterKey is what a ClusterSource is attached to its runtime under.
type clusterKey struct{}

// SetCluster makes c answer for the runtime when it is asked of its cluster. Only the first
// one counts.
func SetCluster(rt *runtime.Runtime, c ClusterSource) { dist.Attach(rt, clusterKey{}, c) }

// ClusterAbout is a cluster and a node's part in it.
type ClusterAbout struct {
	Cluster string        `json:"cluster"`           // its name
	TTL     time.Duration `json:"ttl_ns"`            // of sessions
	Session string        `json:"session,omitempty"` // with the directory; "": there is none
	State   string        `json:"state"`             // of the session: good, late, lost, or no directory
	Leaving bool          `json:"leaving,omitempty"`
}

// ClusterMember is a member, as it describes itself.
type ClusterMember struct {
	Node      string   `json:"node"`
	Creation  uint32   `json:"creation"`
	Address   string   `json:"address,omitempty"`
	Version   string   `json:"version,omitempty"`
	Roles     []string `json:"roles,omitempty"`
	Session   string   `json:"session,omitempty"`
	Leaving   bool     `json:"leaving"`
	Reachable bool     `json:"reachable"` // as the node that was asked knows
	Asked     bool     `json:"asked"`     // it is the node that was asked
}

// ClusterNameKind says what a name is of.
type ClusterNameKind string

// The kinds of names.
const (
	ClusterProcess   ClusterNameKind = "name"      // a process
	ClusterSingleton ClusterNameKind = "singleton" // a process that a standby of each node would start
)

// ClusterName is a name that one process of the cluster has at a time.
type ClusterName struct {
	Name  string          `json:"name"`
	Kind  ClusterNameKind `json:"kind"`
	Node  string          `json:"node"`
	PID   pid.PID         `json:"pid"`             // of a singleton elsewhere that of its standby
	Fence uint64          `json:"fence,omitempty"` // of the claim; 0: not known here
}

// ClusterShard is a shard of a kind of entities.
type ClusterShard struct {
	Kind   string  `json:"kind"`
	Shard  int     `json:"shard"`
	Node   string  `json:"node,omitempty"` // who has it; "": nobody
	Server pid.PID `json:"server,omitzero"`
	Fence  uint64  `json:"fence,omitempty"`
}

// Members asks for the members of the node's cluster, by name.
type Members struct {
	After string // only nodes after this one
	N     int    // at most MaxRows; 0: 200
}

// MemberList is the answer to [Members].
type MemberList struct {
	ClusterAbout
	Members []ClusterMember `json:"members"`
	Total   int             `json:"total"`
}

// ClusterNames asks for names of the cluster, by name: those of the node's processes and
// those that it remembers. There may be more on other nodes.
type ClusterNames struct {
	Name   string // who has this one, as the directory says; "": those that the node knows
	Prefix string
	After  string // only names after this one
	N      int    // at most MaxRows; 0: 200
}

// ClusterNameList is the answer to [ClusterNames].
type ClusterNameList struct {
	Names   []ClusterName `json:"names"`
	Matched int           `json:"matched"` // names with the prefix, after After
}

// Shards asks for the shards of entities, by kind and number.
type Shards struct {
	Kind   string // only of this kind; "": of all
	Node   string // only those that a node has; "": all
	Offset int    // how many to leave out
	N      int    // at most MaxRows; 0: 256
}

// ShardList is the answer to [Shards].
type ShardList struct {
	Parts   []ShardPart    `json:"parts"` // who has how many, of all that match
	Shards  []ClusterShard `json:"shards"`
	Matched int            `json:"matched"`
}

// ShardPart is how many shards of a kind a node has.
type ShardPart struct {
	Kind   string `json:"kind"`
	Node   string `json:"node,omitempty"` // "": they have no owner
	Shards int    `json:"shards"`
}

func init() {
	term.MustRegister[Members]("inspect.Members")
	term.MustRegister[MemberList]("inspect.MemberList")
	term.MustRegister[ClusterNames]("inspect.ClusterNames")
	term.MustRegister[ClusterNameList]("inspect.ClusterNameList")
	term.MustRegister[Shards]("inspect.Shards")
	term.MustRegister[ShardList]("inspect.ShardList")
}

func (n *node) cluster() (ClusterSource, error) {
	if c, ok := dist.Attached(n.rt, clusterKey{}).(ClusterSource); ok {
		return c, nil
	}
	return nil, fmt.Errorf("it is no member of a cluster: %w", ErrUnsupported)
}

func (q Members) answer(ctx context.Context, n *node) (any, error) {
	c, err := n.cluster()
	if err != nil {
		return nil, err
	}
	list := MemberList{ClusterAbout: c.About()}
	found := firstN(bounded(q.N, 200, MaxRows), func(a, b ClusterMember) int { return strings.Compare(a.Node, b.Node) })
	for m := range c.Members() {
		list.Total++
		if q.After == "" || m.Node > q.After {
			m.Asked = m.Node == n.rt.Node().Name()
			m.Address, m.Version = cut(m.Address, maxLabelBytes), cut(m.Version, maxLabelBytes)
			m.Roles = cutAll(m.Roles)
			found.add(m)
		}
	}
	list.Members = found.sorted()
	return list, context.Cause(ctx)
}

// maxRoles is how many roles of a member are shown.
const maxRoles = 20

func cutAll(all []string) (some []string) {
	for _, s := range all[:min(len(all), maxRoles)] {
		some = append(some, cut(s, maxLabelBytes))
	}
	return some
}

func (q ClusterNames) answer(ctx context.Context, n *node) (any, error) {
	c, err := n.cluster()
	if err != nil {
		return nil, err
	}
	if q.Name != "" {
		names, err := c.FindName(ctx, q.Name)
		return ClusterNameList{Names: names, Matched: len(names)}, err
	}
	var list ClusterNameList
	found := firstN(bounded(q.N, 200, MaxRows), func(a, b ClusterName) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(string(a.Kind), string(b.Kind)))
	})
	for name := range c.Names() {
		if strings.HasPrefix(name.Name, q.Prefix) && (q.After == "" || name.Name > q.After) {
			list.Matched++
			found.add(name)
		}
	}
	list.Names = found.sorted()
	return list, context.Cause(ctx)
}

func (q Shards) answer(ctx context.Context, n *node) (any, error) {
	c, err := n.cluster()
	if err != nil {
		return nil, err
	}
	var all []ClusterShard
	parts := make(map[ShardPart]int)
	for s := range c.Shards() {
		if (q.Kind == "" || s.Kind == q.Kind) && (q.Node == "" || s.Node == q.Node) {
			all = append(all, s)
			parts[ShardPart{Kind: s.Kind, Node: s.Node}]++
		}
	}
	slices.SortFunc(all, func(a, b ClusterShard) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), cmp.Compare(a.Shard, b.Shard))
	})
	list := ShardList{Parts: partsOf(parts), Matched: len(all)}
	all = all[min(max(q.Offset, 0), len(all)):]
	list.Shards = all[:min(len(all), bounded(q.N, 256, MaxRows))]
	return list, context.Cause(ctx)
}

// partsOf returns the largest parts of each kind, at most MaxRows in all.
func partsOf(counts map[ShardPart]int) (parts []ShardPart) {
	for p, n := range counts {
		p.Shards = n
		parts = append(parts, p)
	}
	slices.SortFunc(parts, func(a, b ShardPart) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), cmp.Compare(b.Shards, a.Shards), strings.Compare(a.Node, b.Node))
	})
	return parts[:min(len(parts), MaxRows)]
}

// drain has the node's cluster hand over what the node holds. It may take as long as an
// answer may.
func (n *node) drain(ctx context.Context) (any, error) {
	c, err := n.cluster()
	if err != nil {
		return nil, err
	}
	return Done{}, c.Drain(ctx)
}
