package remote

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/remote/internal/journal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/dist"
)

// Start connects rt, which must have a name, with other nodes as cfg says: it
// listens, and a send to a process of another node connects to that node. A runtime
// can have one Node in its life, see [ErrStarted]. End it with [Node.Close], before
// or after the runtime's Shutdown.
func Start(rt *runtime.Runtime, cfg Config) (*Node, error) {
	n, err := newNode(rt, cfg)
	if err != nil {
		return nil, fmt.Errorf("remote: %w", err)
	}
	if err := n.listen(); err != nil {
		return nil, fmt.Errorf("remote: %w", err)
	}
	if err := n.open(); err != nil {
		n.closeListener()
		return nil, err
	}
	if err := n.startInspect(); err != nil {
		_ = n.Close(context.Background())
		return nil, fmt.Errorf("remote: %w", err)
	}
	if n.listener != nil {
		n.wg.Go(n.acceptAll) // ended by Close, which waits for it
	}
	return n, nil
}

// open makes the node the way of its runtime to others.
func (n *Node) open() (err error) {
	n.port, err = dist.Open(n.rt, n, dist.Config{
		QueueBytes:       n.cfg.QueueBytes,
		Refuse:           n.cfg.WhenFull != Wait,
		Drop:             n.cfg.WhenFull == Drop,
		WaitingBytes:     n.cfg.WaitingBytes,
		MaxRelations:     n.cfg.MaxRelations,
		DecodeTimeout:    n.cfg.DecodeTimeout,
		MaxHungDecoders:  n.cfg.MaxHungDecoders,
		NodeWaitingBytes: n.cfg.NodeWaitingBytes,
		NodeRelations:    n.cfg.NodeRelations,
		NodeHungDecoders: n.cfg.NodeHungDecoders,
		MaxPeers:         n.cfg.MaxConns,
		Encode:           n.shared.Encode,
		Warn:             n.log.Warn,
	})
	switch {
	case errors.Is(err, dist.ErrOpen):
		return ErrStarted
	case err != nil:
		return fmt.Errorf("remote: %w", err)
	}
	return nil
}

func newNode(rt *runtime.Runtime, cfg Config) (*Node, error) {
	name := rt.Node().Name()
	if name == "" {
		return nil, errors.New("the runtime has no name: set runtime.Config.Name, such as \"shop@127.0.0.1:4370\"")
	}
	if cfg.TLSSource != nil {
		var err error
		if cfg.TLS, err = cfg.TLSSource(); err != nil {
			return nil, fmt.Errorf("TLSSource: %w", err)
		}
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	n := &Node{
		self:   rt.Node().ID(),
		cfg:    cfg,
		limits: cfg.termLimits(),
		log:    journal.New(cfg.Logger),
		rt:     rt,
		begun:  time.Now(),
		peers:  make(map[string]*peer),
	}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	n.shared = conn.Shared{
		Self: n.self, Config: cfg.forConns(), Limits: n.limits, Budgets: cfg.budgets(),
		Owner: connOwner{n}, Log: n.log, Ctx: n.ctx, Tasks: &n.wg,
	}
	n.routes.Store(&routes{})
	return n, nil
}

// Close ends all connections in order: what was sent before is handed over, as far
// as peers take it before ctx ends or CloseTimeout is over. Afterwards every send to another node
// fails with [ErrClosed], and nothing of the node is left running. A second Close
// waits for the first. It returns the cause of ctx if that ended first.
func (n *Node) Close(ctx context.Context) error {
	conns := n.shut()
	n.closeListener()
	n.pending.closeAll()
	for _, c := range conns {
		c.Finish(conn.GoodbyeClosing, conn.Closing)
	}
	err := n.awaitGone(ctx, conns)
	n.cancel()
	n.wg.Wait()
	n.log.Flush(n.cfg.CloseTimeout)
	return err
}

// shut makes the node take and make no more connections, and returns those there
// are.
func (n *Node) shut() (conns []*conn.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	if n.forget != nil {
		n.forget.Stop()
	}
	for _, p := range n.peers {
		if p.redial != nil {
			p.redial.Stop()
		}
		if p.attempt != nil {
			n.failAttemptLocked(p, ErrClosed)
		}
		if p.conn != nil {
			conns = append(conns, p.conn)
		}
	}
	return conns
}
