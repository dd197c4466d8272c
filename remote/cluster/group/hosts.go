package group

import (
	"context"
	"net/url"
	"strings"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/internal/mirror"
	"github.com/starlang-go/starlang/runtime"
)

// hosts are the nodes that have a scope, as the directory tells: a node has a key for each
// scope that it has opened. What is in the groups stands nowhere but in the nodes' tables; the
// keys are there so that only those nodes connect that have a scope in common.
type hosts struct {
	of map[string]bool
}

// hostChanged tells the server of a scope that a node has it, or has it no more.
type hostChanged struct {
	Node string
	Has  bool
}

func (h *hosts) apply(c hostChanged) {
	if c.Has {
		h.of[c.Node] = true
	} else {
		delete(h.of, c.Node)
	}
}

// followHosts makes the node one that has the scope, and has the server, whose ctx is given,
// told of the others. Both end with it.
func followHosts(ctx *runtime.Context, c *cluster.Cluster, d directory.Directory, scope string) (*hosts, error) {
	prefix := c.Key("g", url.PathEscape(scope)+"/")
	server, rt := ctx.PID(), c.Runtime()
	go mirror.Run(ctx, d, prefix, c.TTL()/10, func(events []directory.Event) { // ends with the server
		for _, e := range events {
			_ = rt.TrySend(server, hostChanged{Node: strings.TrimPrefix(e.Entry.Key, prefix), Has: !e.Freed})
		}
	})
	_, err := ctx.SpawnLink(func(ctx *runtime.Context) error { return announce(ctx, c, prefix, server) })
	return &hosts{of: make(map[string]bool)}, err
}

// announce is a process that claims the node's key with each session that there is. It is
// apart from the server, which must not wait for the directory.
func announce(ctx *runtime.Context, c *cluster.Cluster, prefix string, server pid.PID) error {
	c.Monitor(ctx)
	claim := directory.Claim{Key: prefix + c.Runtime().Node().Name(), Value: []byte(server.String())}
	var with *cluster.Session
	for {
		if s, err := c.Session(); err == nil && s != with && claimHost(ctx, s, claim) {
			with = s
		}
		// The time-out is for a session that is late, and for a key that is still held by
		// the start before.
		if _, err := ctx.RecvTimeout(c.TTL() / 5); ctx.Err() != nil {
			return err
		}
	}
}

// claimHost claims the node's key, and reports whether it has it.
func claimHost(ctx context.Context, s *cluster.Session, claim directory.Claim) bool {
	for {
		held, err := s.Claim(ctx, claim)
		if err != nil {
			return false
		}
		if s.Holds(held[0], claim) {
			return true
		}
		if held[0].Owner != s.ID() || claim.Replace == held[0].Fence {
			return false
		}
		claim.Replace = held[0].Fence // of a server of this node that has ended
	}
}
