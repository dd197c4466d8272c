package cluster

import (
	"context"
	"log/slog"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/internal/guard"
	"github.com/starlang-go/starlang/runtime"
)

// resolver finds a node by what it says of itself in the directory.
type resolver struct {
	members   *members
	otherwise remote.Resolver
}

var _ remote.Resolver = resolver{}

// Resolve implements [remote.Resolver].
func (r resolver) Resolve(ctx context.Context, node string) (string, error) {
	if m, ok := r.members.get(node); ok && m.Address != "" {
		return m.Address, nil
	}
	return r.otherwise.Resolve(ctx, node)
}

// watchConnections is a process that notes which nodes can be reached.
func (c *Cluster) watchConnections(ctx *runtime.Context) error {
	stop := context.AfterFunc(c.ctx, func() { _ = c.rt.Exit(ctx.PID(), signal.Shutdown) })
	defer stop()
	for _, node := range c.node.MonitorNodes(ctx) {
		c.connected(node, 0)
	}
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		switch v := m.Value().(type) {
		case remote.NodeUp:
			c.connected(v.Node, v.Creation)
		case remote.NodeDown:
			c.disconnected(v)
		}
	}
}

func (c *Cluster) connected(node string, creation uint32) {
	if c.cfg.Directory == nil {
		c.members.found(Member{Node: node, Creation: creation})
	}
	c.members.reach(node, true)
}

// disconnected notes that a node is out of reach, if its connection was not ended in
// order.
func (c *Cluster) disconnected(d remote.NodeDown) {
	switch d.Cause {
	case remote.CauseLost, remote.CauseSilent, remote.CauseStalled:
		c.members.reach(d.Node, false)
	}
}

// discover connects to the nodes that the source knows, again and again. It never
// forgets one: remote goes on trying.
func (c *Cluster) discover() {
	if c.cfg.Discover == nil {
		return
	}
	known := map[string]bool{c.rt.Node().Name(): true}
	tick := time.NewTicker(c.cfg.PollInterval)
	defer tick.Stop()
	for {
		c.connectTo(known)
		select {
		case <-tick.C:
		case <-c.ctx.Done():
			return
		}
	}
}

func (c *Cluster) connectTo(known map[string]bool) {
	ctx, cancel := context.WithTimeout(c.ctx, c.cfg.PollInterval)
	nodes, err := guard.Run(ctx, &c.hung, 1, func() ([]string, error) { return c.cfg.Discover.Nodes(ctx) }, nil)
	cancel()
	if err != nil {
		c.log.Warn("cluster: discover nodes", slog.String("error", guard.Text(err)))
	}
	for _, node := range nodes {
		if known[node] {
			continue
		}
		known[node] = true
		c.wg.Go(func() { // ends with the first attempt, or with the cluster
			if err := c.node.Connect(c.ctx, node); err != nil {
				c.log.Debug("cluster: connect", slog.String("node", node), slog.Any("error", err))
			}
		})
	}
}
