package remote

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/remote/internal/guard"
	"github.com/starlang-go/starlang/runtime/dist"
)

// Connect connects to a node and keeps it connected: from now on, until
// [Node.Disconnect], it is dialled again whenever the connection is lost, with growing
// delays. If it is connected already Connect returns at once. If it cannot be
// reached Connect returns a [*ConnectError] and the node goes on trying.
//
// Nobody has to call Connect: a send to a process of another node connects too, but
// only then, and not for longer than it is needed.
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

// want notes whether a node is to be kept connected. It returns the connection that there
// is, which may be on its way out, else nil.
func (n *Node) want(node string, wanted bool) *conn.Conn {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.peers[node] == nil && !wanted {
		return nil
	}
	p := n.peerLocked(node)
	p.wanted = wanted
	if p.conn != nil {
		p.conn.SetWanted(wanted)
	}
	return p.conn
}

// Disconnect ends the connection with a node in order, and returns when it has
// ended. Processes linked with or monitoring one over there are told: noconnection.
// It reports whether there was a connection. A later send connects again.
func (n *Node) Disconnect(ctx context.Context, node string) (bool, error) {
	c := n.want(node, false)
	if c == nil {
		return false, nil
	}
	c.Finish(conn.GoodbyeDisconnect, conn.Disconnected)
	return true, n.awaitGone(ctx, []*conn.Conn{c})
}

// Nudge forgets that a node could not be reached a moment ago: if Connect keeps it
// connected it is dialled now, else the next send to it does. It is for those who have
// heard that the node, or the way to it, is back. Nothing is kept connected that was not.
func (n *Node) Nudge(node string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.peers[node]; p != nil && !n.closed {
		p.failures, p.retryAt = 0, time.Time{}
		if p.redial != nil {
			p.redial.Reset(0)
		}
	}
}

var _ dist.Dialler = (*Node)(nil)

// Dial implements [dist.Dialler].
func (n *Node) Dial(node string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, _, err := n.attemptTo(node, false)
	return err
}

// connTo returns the connection to a node, and connects if there is none. Unless now is
// set it does not before the node's backoff is over.
func (n *Node) connTo(ctx context.Context, node string, now bool) (*conn.Conn, error) {
	n.mu.Lock()
	c, a, err := n.attemptTo(node, now)
	n.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if a == nil {
		return c, nil
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
func (n *Node) attemptTo(node string, now bool) (*conn.Conn, *attempt, error) {
	if n.closed {
		return nil, nil, ErrClosed
	}
	p := n.peerLocked(node)
	switch {
	case p.conn != nil && p.conn.IsUp():
		return p.conn, nil, nil
	case p.attempt != nil:
		return nil, p.attempt, nil
	case !now && time.Now().Before(p.retryAt):
		return nil, nil, &ConnectError{Node: node, Retry: time.Until(p.retryAt), Err: ErrBackoff}
	case n.isFullLocked(p):
		return nil, nil, &ConnectError{Node: node, Err: ErrTooManyConns}
	}
	return nil, n.attemptLocked(p), nil
}

// attemptLocked begins to dial.
func (n *Node) attemptLocked(p *peer) *attempt {
	ctx, cancel := context.WithTimeout(n.ctx, n.cfg.ConnectTimeout)
	a := &attempt{done: make(chan struct{}), cancel: cancel, after: p.conn}
	p.attempt = a
	n.dialling++
	n.wg.Go(func() { // bounded by ConnectTimeout; Close waits for it
		defer cancel()
		n.dial(ctx, p, a)
	})
	return a
}

// dial makes the connection that an attempt is for.
func (n *Node) dial(ctx context.Context, p *peer, a *attempt) {
	h, id, addr, err := n.connect(ctx, p, a)
	var refused *RefusedError
	if errors.As(err, &refused) && (refused.Code == RefusedSimultaneous || refused.Code == RefusedConnected) {
		n.awaitOther(ctx, a)
	}
	c, failed := n.settle(p, a, h, id, addr, err)
	if failed != nil {
		n.logRefused("not connected", failed, slog.String("peer", p.name), slog.Duration("retry", failed.Retry))
	}
	if c != nil {
		n.announce(c)
	}
}

// awaitOther waits for the connection that the other node makes, which ends the attempt:
// for as long as its handshake may take.
func (n *Node) awaitOther(ctx context.Context, a *attempt) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.HandshakeTimeout)
	defer cancel()
	select {
	case <-a.done:
	case <-ctx.Done():
	}
}

// settle ends the attempt a with what dialling gave: h and id, or err. It returns the
// connection, or why there is none; neither if the attempt has been ended before.
func (n *Node) settle(p *peer, a *attempt, h *handshake, id pid.NodeID, addr string, err error) (*conn.Conn, *ConnectError) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err == nil && p.attempt == a {
		return n.installLocked(p, h, id, nil), nil
	}
	if err == nil { // the other's connection was admitted, or the node closed
		_ = h.bottom.Close()
		return nil, nil
	}
	failed := &ConnectError{Node: p.name, Addr: addr, Err: err}
	if isMismatch(err) {
		p.mismatch = err
	}
	if p.attempt != a {
		n.warnOneWayLocked(p)
		return nil, nil
	}
	failed.Retry = n.delayLocked(p)
	n.failAttemptLocked(p, failed)
	if p.wanted {
		n.keepLocked(p)
	}
	return nil, failed
}

// connect resolves, dials, and does the dialler's side of the handshake. What the program
// brings along for that, it runs under guard.
func (n *Node) connect(ctx context.Context, p *peer, a *attempt) (h *handshake, id pid.NodeID, addr string, err error) {
	if err := a.awaitBefore(ctx); err != nil {
		return nil, id, "", err
	}
	addr, err = guard.Run(ctx, &p.hung, maxHungAttempts, func() (string, error) { return n.cfg.Resolver.Resolve(ctx, p.name) }, nil)
	if err != nil {
		return nil, id, "", fmt.Errorf("resolve: %w", err)
	}
	raw, err := guard.Run(ctx, &p.hung, maxHungAttempts, func() (net.Conn, error) { return n.cfg.Transport.Dial(ctx, addr) }, closeLate)
	if err != nil {
		return nil, id, addr, err
	}
	s := &conn.Stream{Conn: raw}
	// Closing is the one way to end every wait of a handshake when ctx ends.
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer func() {
		if !stop() && err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			_ = s.Close()
		}
	}()
	if !n.reach(p, a) {
		return nil, id, addr, context.Canceled
	}
	if err = n.cfg.checkExposure(s.RemoteAddr()); err != nil {
		return nil, id, addr, err
	}
	secured, err := n.secureDial(ctx, s, addr)
	if err != nil {
		return nil, id, addr, err
	}
	if h, err = n.newHandshake(ctx, secured, s); err != nil {
		return nil, id, addr, err
	}
	if id, err = h.dial(p.name); err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return h, id, addr, err
}

// awaitBefore waits until the connection before has ended.
func (a *attempt) awaitBefore(ctx context.Context) error {
	if a.after == nil {
		return nil
	}
	select {
	case <-a.after.Gone():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// reach notes that the other node can be reached, before it is told who we are: from here
// on the attempt may have to win against one of the other node. It reports false if the
// attempt has been ended.
func (n *Node) reach(p *peer, a *attempt) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	a.reached = true
	return p.attempt == a
}

// keepLocked makes a node that is wanted be dialled again when its time has come,
// and again until it is connected.
func (n *Node) keepLocked(p *peer) {
	if p.redial == nil {
		p.redial = time.AfterFunc(time.Until(p.retryAt), func() { n.redial(p) }) // stopped by Close
	}
}

func (n *Node) redial(p *peer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p.redial = nil
	switch {
	case n.closed || !p.wanted || p.conn != nil || p.attempt != nil:
	case n.isFullLocked(p):
		n.delayLocked(p)
		n.keepLocked(p)
	default:
		n.attemptLocked(p)
	}
}
