package observer

import (
	"context"
	"errors"
	"fmt"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// clusterPage is what a node tells of its cluster.
type clusterPage struct {
	Members inspect.MemberList      `json:"members"`
	Shards  inspect.ShardList       `json:"shards"`
	Names   inspect.ClusterNameList `json:"names"`
	whole   bool                    // the directory was asked for one name
}

// showCluster shows the cluster as one node sees it. That a node is in none is no failure.
func showCluster(ctx context.Context, a *ask) (any, templ.Component, error) {
	v := new(clusterPage)
	var err error
	v.Members, err = a.c.Members(ctx, inspect.Members{After: a.param("member", ""), N: listed})
	if errors.Is(err, inspect.ErrUnsupported) {
		return nil, clusterView(a, nil), nil
	}
	if err == nil {
		v.Shards, err = a.c.Shards(ctx, inspect.Shards{N: listed})
	}
	if err == nil {
		err = v.askNames(ctx, a)
	}
	return v, clusterView(a, v), err
}

func (v *clusterPage) askNames(ctx context.Context, a *ask) (err error) {
	q := inspect.ClusterNames{Prefix: a.param("q", ""), After: a.param("after", ""), N: listed}
	if v.whole = a.params.Has("whole") && q.Prefix != ""; v.whole {
		q.Name = q.Prefix
	}
	v.Names, err = a.c.ClusterNames(ctx, q)
	if v.whole && errors.Is(err, inspect.ErrNotFound) {
		return nil // the page says so
	}
	return err
}

// noNames says why there is no name to see.
func (v *clusterPage) noNames(begun string) string {
	switch {
	case v.whole:
		return "Nobody has this name, as the directory says."
	case begun != "":
		return "The node has no name that begins like that, and remembers none."
	}
	return "The node has none, and remembers none."
}

func sessionText(c inspect.ClusterAbout) string {
	if c.Session == "" {
		if c.State == "lost" {
			return "no session"
		}
		return c.State
	}
	return fmt.Sprintf("session %s, TTL %v", c.State, c.TTL)
}

// shardsOf returns how many shards of a kind there are.
func shardsOf(v inspect.ShardList, kind string) (n int) {
	for _, p := range v.Parts {
		if p.Kind == kind {
			n += p.Shards
		}
	}
	return n
}

// toNode returns the address of the page of another node that is observed, "" if it is not.
func (a *ask) toNode(node string) string {
	for _, h := range a.o.hubs {
		if h.target.name == node {
			return nodePath(a.o.opts.Prefix, node, a.page.path)
		}
	}
	return ""
}
