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
)

// listen opens the listener, if the node is to listen.
func (n *Node) listen() error {
	addr := n.cfg.listenAddress(n.Name())
	if addr == "" {
		return nil
	}
	l, err := n.cfg.Transport.Listen(addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	if err := n.cfg.checkExposure(l.Addr()); err != nil {
		_ = l.Close()
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	n.listener = l
	return nil
}

// acceptPause is how long to wait after accepting has failed, for want of file
// descriptors for example.
const acceptPause = 50 * time.Millisecond

// acceptAll takes connections until the listener is closed.
func (n *Node) acceptAll() {
	for {
		c, err := guard.Run(n.ctx, &guard.Hung{}, 1, n.listener.Accept, closeLate)
		switch {
		case err == nil:
			n.wg.Go(func() { n.answer(&conn.Stream{Conn: c}) }) // bounded by HandshakeTimeout; Close waits for it
		case errors.Is(err, net.ErrClosed) || n.isClosed():
			return
		default:
			n.log.Warn("cannot accept connections", slog.Any("error", err))
			n.pause(acceptPause)
		}
	}
}

func (n *Node) isClosed() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.closed
}

// pause waits for d, or for the node's end.
func (n *Node) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-n.ctx.Done():
	}
}

// answer is the acceptor's side of a connection until it is up.
func (n *Node) answer(s *conn.Stream) {
	ctx, cancel := context.WithTimeout(n.ctx, n.cfg.HandshakeTimeout)
	defer cancel()
	place := n.pending.add(s, cancel, n.cfg.MaxPendingHandshakes)
	if place == nil {
		_ = s.Close()
		return
	}
	defer n.pending.remove(place)
	h, peer, welcome, err := n.authenticate(ctx, s, place)
	if err == nil {
		err = n.admit(ctx, h, peer, welcome)
	}
	if err != nil {
		_ = s.Close()
		n.logRefused("connection not accepted", err, slog.Any("from", s.RemoteAddr()))
	}
}

// authenticate does the handshake up to the dialler's good proof.
func (n *Node) authenticate(ctx context.Context, s *conn.Stream, place *pendingHandshake) (h *handshake, peer pid.NodeID, welcome []byte, err error) {
	deadline, _ := ctx.Deadline()
	if err := s.SetDeadline(deadline); err != nil {
		return nil, peer, nil, err
	}
	secured, err := n.secureAccept(ctx, s)
	if err != nil {
		return nil, peer, nil, err
	}
	if h, err = n.newHandshake(ctx, secured, s); err != nil {
		return nil, peer, nil, err
	}
	h.spoke = func() { n.pending.spoke(place) }
	verify := h.verify
	h.verify = func(node string) error {
		n.pending.ask(place)
		return verify(node)
	}
	peer, welcome, err = h.accept()
	return h, peer, welcome, err
}

// admit decides about a dialler that has proven itself: PROTOCOL.md, "Two
// connections for one pair". It tells the dialler if it does not take it.
func (n *Node) admit(ctx context.Context, h *handshake, id pid.NodeID, welcome []byte) error {
	c, old, refused := n.tryAdmit(ctx, h, id, welcome)
	if old != nil && n.endOld(ctx, old) {
		// Of those that wait for the end of one connection the first takes its place.
		c, old, refused = n.tryAdmit(ctx, h, id, welcome)
	}
	if old != nil {
		refused = refuse(RefusedName)
		if old.Peer() == id {
			refused = refuse(RefusedConnected)
		}
	}
	if refused != nil {
		h.refuse(refused)
		return refused
	}
	_ = h.stream.SetDeadline(time.Time{}) // not before: a refusal must not wait for ever either
	n.announce(c)
	return nil
}

// endOld ends a connection that is in the way of another, unless it is alive. It reports
// true once all that follows from that has happened.
func (n *Node) endOld(ctx context.Context, old *conn.Conn) bool {
	if !old.Leaving() {
		if old.Probe(n.cfg.ProbeTimeout) {
			return false
		}
		old.End(conn.Replaced, nil)
	}
	select {
	case <-old.Gone():
		return true
	case <-ctx.Done():
		return false
	}
}

// tryAdmit returns the connection to the dialler, or the one that is in its way.
func (n *Node) tryAdmit(ctx context.Context, h *handshake, id pid.NodeID, welcome []byte) (c, old *conn.Conn, refused *RefusedError) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, nil, refuse(RefusedClosing)
	}
	p := n.peerLocked(id.Name())
	switch {
	case p.conn != nil:
		return nil, p.conn, nil
	case ctx.Err() != nil:
		return nil, nil, refuse(RefusedName) // the dialler has given up by now
	case p.attempt != nil && p.attempt.reached && n.Name() < id.Name():
		return nil, nil, refuse(RefusedSimultaneous)
	case n.isFullLocked(p):
		return nil, nil, refuse(RefusedFull)
	}
	return n.installLocked(p, h, id, welcome), nil, nil
}
