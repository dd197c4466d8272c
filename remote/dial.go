package remote

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/starlang-go/starlang/pid"
)

// Connect connects to a node and keeps it connected: from now on, until
// [Node.Disconnect], it is dialled again whenever the connection is lost, with growing
// delays. If it is connected already Connect returns at once. If it cannot be
// reached Connect returns a [*ConnectError] and the node goes on trying.
//
// Nobody has to call Connect: a send to a process of another node connects too, but
// only then.
func (n *Node) Connect(ctx context.Context, node string) error {
	if node == n.Name() {
		return &ConnectError{Node: node, Err: ErrSelf}
	}
	if err := pid.CheckNodeName(node); err != nil {
		return &ConnectError{Node: node, Err: err}
	}
	n.want(node, true)
	_, err := n.connTo(ctx, node, true)
	return err
}

// want notes whether a node is to be kept connected.
func (n *Node) want(node string, wanted bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.peers[node]; p != nil || wanted {
		n.peerLocked(node).wanted = wanted
	}
}

// Disconnect ends the connection with a node in order, and returns when it has
// ended. Processes linked with or monitoring one over there are told: noconnection.
// It reports whether there was a connection. A later send connects again.
func (n *Node) Disconnect(ctx context.Context, node string) (bool, error) {
	n.want(node, false)
	c := n.routes.Load().byName[node]
	if c == nil {
		return false, nil
	}
	c.finish(goodbyeDisconnect, CauseDisconnected)
	return true, n.awaitGone(ctx, []*conn{c})
}

// connTo returns the connection to a node, and connects if there is none. Unless now is
// set it does not before the node's backoff is over.
func (n *Node) connTo(ctx context.Context, node string, now bool) (*conn, error) {
	n.mu.Lock()
	p, a, err := n.attemptTo(node, now)
	n.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if a == nil {
		return p, nil
	}
	select {
	case <-a.done:
		return a.conn, a.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// attemptTo returns the connection to a node or else the attempt to connect to it, begun
// if it was not. It is called with mu held.
func (n *Node) attemptTo(node string, now bool) (*conn, *attempt, error) {
	if n.closed {
		return nil, nil, ErrClosed
	}
	p := n.peerLocked(node)
	switch {
	case p.conn != nil:
		return p.conn, nil, nil
	case p.attempt != nil:
		return nil, p.attempt, nil
	case !now && time.Now().Before(p.retryAt):
		return nil, nil, &ConnectError{Node: node, Retry: time.Until(p.retryAt), Err: ErrBackoff}
	}
	return nil, n.attemptLocked(p), nil
}

// attemptLocked begins to dial.
func (n *Node) attemptLocked(p *peer) *attempt {
	ctx, cancel := context.WithTimeout(n.ctx, n.cfg.ConnectTimeout)
	a := &attempt{done: make(chan struct{}), cancel: cancel}
	p.attempt = a
	n.wg.Go(func() { // bounded by ConnectTimeout; Close waits for it
		defer cancel()
		n.dial(ctx, p, a)
	})
	return a
}

// dial makes the connection that an attempt is for.
func (n *Node) dial(ctx context.Context, p *peer, a *attempt) {
	h, id, addr, err := n.connect(ctx, p.name)
	var refused *RefusedError
	if errors.As(err, &refused) && refused.Code == RefusedSimultaneous {
		select { // the other's connection comes and ends the attempt
		case <-a.done:
		case <-ctx.Done():
		}
	}
	c, failed := n.settle(p, a, h, id, addr, err)
	if failed != nil { // told without a lock: the logger may be anybody's
		n.logger().Info("not connected", slog.String("node", p.name), slog.Any("error", failed), slog.Duration("retry", failed.Retry))
	}
	if c != nil {
		n.announce(c)
	}
}

// settle ends the attempt a with what dialling gave: h and id, or err. It returns the
// connection, or why there is none; neither if the attempt has been ended before.
func (n *Node) settle(p *peer, a *attempt, h *handshake, id pid.NodeID, addr string, err error) (*conn, *ConnectError) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case p.attempt != a: // the other's connection was admitted, or the node closed
		if err == nil {
			_ = rawConn(h.stream).Close()
		}
		return nil, nil
	case err == nil:
		return n.installLocked(p, h.stream, id, nil), nil
	}
	failed := &ConnectError{Node: p.name, Addr: addr, Retry: n.delayLocked(p), Err: err}
	n.failAttemptLocked(p, failed)
	if p.wanted {
		n.keepLocked(p)
	}
	return nil, failed
}

// connect resolves, dials, and does the dialler's side of the handshake.
func (n *Node) connect(ctx context.Context, name string) (h *handshake, id pid.NodeID, addr string, err error) {
	addr, err = n.cfg.Resolver.Resolve(ctx, name)
	if err != nil {
		return nil, id, "", err
	}
	stream, err := n.cfg.Transport.Dial(ctx, addr)
	if err != nil {
		return nil, id, addr, err
	}
	// Closing is the one way to end every wait of a handshake when ctx ends.
	stop := context.AfterFunc(ctx, func() { _ = stream.Close() })
	defer func() {
		if !stop() && err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			_ = stream.Close()
		}
	}()
	if err = n.cfg.checkExposure(stream.RemoteAddr()); err != nil {
		return nil, id, addr, err
	}
	secured, err := n.secureDial(ctx, stream, addr)
	if err != nil {
		return nil, id, addr, err
	}
	if h, err = n.newHandshake(secured); err != nil {
		return nil, id, addr, err
	}
	if id, err = h.dial(name); err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return h, id, addr, err
}
