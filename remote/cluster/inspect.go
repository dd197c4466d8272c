package cluster

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// NamesShower is what a package that extends the cluster keeps with [Cluster.Attach] if it has
// names to show to those who look into the node.
type NamesShower interface {
	ShowNames() []inspect.ClusterName
}

// ShardsShower is the same for shards.
type ShardsShower interface {
	ShowShards() iter.Seq[inspect.ClusterShard]
}

// shown tells those who look into the node of its cluster.
type shown struct{ c *Cluster }

var _ inspect.ClusterSource = shown{}

// About implements [inspect.ClusterSource].
func (s shown) About() inspect.ClusterAbout {
	a := inspect.ClusterAbout{Cluster: s.c.cfg.Name, TTL: s.c.cfg.TTL, Leaving: s.c.IsLeaving(), State: Lost.String()}
	session, err := s.c.Session()
	switch {
	case err == nil:
		a.Session, a.State = string(session.ID()), session.State().String()
	case errors.Is(err, ErrNoDirectory):
		a.State = "no directory"
	}
	return a
}

// Members implements [inspect.ClusterSource].
func (s shown) Members() iter.Seq[inspect.ClusterMember] {
	return func(yield func(inspect.ClusterMember) bool) {
		for _, m := range s.c.Members() {
			if !yield(inspect.ClusterMember{
				Node: m.Node, Creation: m.Creation, Address: m.Address, Version: m.Version, Roles: m.Roles,
				Session: string(m.Session), Leaving: m.Leaving, Reachable: s.c.IsReachable(m.Node),
			}) {
				return
			}
		}
	}
}

// Names implements [inspect.ClusterSource].
func (s shown) Names() iter.Seq[inspect.ClusterName] {
	return func(yield func(inspect.ClusterName) bool) {
		all := s.c.names.show()
		for _, v := range s.c.attachments() {
			if shower, ok := v.(NamesShower); ok {
				all = append(all, shower.ShowNames()...)
			}
		}
		for _, n := range all {
			if !yield(n) {
				return
			}
		}
	}
}

// FindName implements [inspect.ClusterSource].
func (s shown) FindName(ctx context.Context, name string) (found []inspect.ClusterName, err error) {
	d, err := s.c.Directory()
	if err != nil {
		return nil, err
	}
	for part, kind := range map[string]inspect.ClusterNameKind{"n": inspect.ClusterProcess, "l": inspect.ClusterSingleton} {
		e, err := d.Get(ctx, s.c.Key(part, name))
		switch {
		case errors.Is(err, directory.ErrNotFound):
			continue
		case err != nil:
			return nil, fmt.Errorf("cluster: look up %s: %w", name, err)
		}
		p, err := pid.ParsePID(string(e.Value))
		if err != nil {
			return nil, fmt.Errorf("cluster: look up %s: %w", name, err)
		}
		found = append(found, inspect.ClusterName{Name: name, Kind: kind, Node: p.Node().Name(), PID: p, Fence: uint64(e.Fence)})
	}
	if found == nil {
		return nil, fmt.Errorf("nobody has the name %q: %w", name, inspect.ErrNotFound)
	}
	return found, nil
}

// Shards implements [inspect.ClusterSource].
func (s shown) Shards() iter.Seq[inspect.ClusterShard] {
	return func(yield func(inspect.ClusterShard) bool) {
		for _, v := range s.c.attachments() {
			shower, ok := v.(ShardsShower)
			if !ok {
				continue
			}
			for shard := range shower.ShowShards() {
				if !yield(shard) {
					return
				}
			}
		}
	}
}

// Drain implements [inspect.ClusterSource].
func (s shown) Drain(ctx context.Context) error { return s.c.Drain(ctx) }

// show returns the names that processes of this node have, and those that are remembered.
func (n *names) show() (all []inspect.ClusterName) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for name, m := range n.mine {
		all = append(all, inspect.ClusterName{Name: name, Kind: inspect.ClusterProcess, Node: m.p.Node().Name(), PID: m.p, Fence: uint64(m.fence)})
	}
	for name, p := range n.cache {
		if _, ok := n.mine[name]; !ok {
			all = append(all, inspect.ClusterName{Name: name, Kind: inspect.ClusterProcess, Node: p.Node().Name(), PID: p})
		}
	}
	return all
}
