package remote

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
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
		stream, err := n.listener.Accept()
		switch {
		case err == nil:
			n.take(stream)
		case errors.Is(err, net.ErrClosed) || n.isClosed():
			return
		default:
			n.logger().Warn("cannot accept connections", slog.Any("error", err))
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

// take begins the handshake of a connection.
func (n *Node) take(stream net.Conn) {
	place, ok := n.pending.add(stream, n.cfg.MaxPendingHandshakes)
	if !ok {
		_ = stream.Close()
		return
	}
	n.wg.Go(func() { n.answer(stream, place) }) // bounded by HandshakeTimeout; Close waits for it
}

// answer is the acceptor's side of a connection until it is up.
func (n *Node) answer(stream net.Conn, place *list.Element) {
	h, peer, welcome, err := n.authenticate(stream)
	n.pending.remove(place)
	if err == nil {
		err = n.admit(h, peer, welcome)
	}
	if err != nil {
		_ = stream.Close()
		n.logger().Info("connection not accepted", slog.Any("from", stream.RemoteAddr()), slog.Any("error", err))
	}
}

// authenticate does the handshake up to the dialler's good proof.
func (n *Node) authenticate(stream net.Conn) (h *handshake, peer pid.NodeID, welcome []byte, err error) {
	ctx, cancel := context.WithTimeout(n.ctx, n.cfg.HandshakeTimeout)
	defer cancel()
	if err := stream.SetDeadline(time.Now().Add(n.cfg.HandshakeTimeout)); err != nil {
		return nil, peer, nil, err
	}
	secured, err := n.secureAccept(ctx, stream)
	if err != nil {
		return nil, peer, nil, err
	}
	if h, err = n.newHandshake(secured); err != nil {
		return nil, peer, nil, err
	}
	peer, welcome, err = h.accept()
	return h, peer, welcome, err
}

// admit decides about a dialler that has proven itself: PROTOCOL.md, "Two
// connections for one pair". It tells the dialler if it does not take it.
func (n *Node) admit(h *handshake, id pid.NodeID, welcome []byte) error {
	for {
		c, old, err := n.tryAdmit(h, id, welcome)
		switch {
		case err != nil:
			h.refuse(err)
			return err
		case c != nil:
			_ = h.stream.SetDeadline(time.Time{}) // not before: a refusal must not wait for ever either
			n.announce(c)
			return nil
		case old.probe(n.cfg.ProbeTimeout):
			err := refuse(RefusedName)
			if old.peer == id {
				err = refuse(RefusedConnected)
			}
			h.refuse(err)
			return err
		}
		old.end(CauseReplaced, nil)
		<-old.gone
	}
}

// tryAdmit returns the connection to the dialler, or the one that is in its way.
func (n *Node) tryAdmit(h *handshake, id pid.NodeID, welcome []byte) (c, old *conn, err *RefusedError) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, nil, refuse(RefusedClosing)
	}
	p := n.peerLocked(id.Name())
	switch {
	case p.conn != nil:
		return nil, p.conn, nil
	case p.attempt != nil && n.Name() < id.Name():
		return nil, nil, refuse(RefusedSimultaneous)
	}
	return n.installLocked(p, h.stream, id, welcome), nil, nil
}

// pendingHandshakes are the accepted connections that have not been proven.
type pendingHandshakes struct {
	mu     sync.Mutex
	conns  list.List // of net.Conn, the oldest first; guarded by mu
	closed bool      // guarded by mu
}

// add enters a connection, and closes the oldest if there are more than limit. So
// those who connect and say nothing cannot keep out those who prove themselves at
// once. It reports false after closeAll.
func (p *pendingHandshakes) add(stream net.Conn, limit int) (*list.Element, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, false
	}
	if p.conns.Len() >= limit {
		_ = p.conns.Remove(p.conns.Front()).(net.Conn).Close()
	}
	return p.conns.PushBack(stream), true
}

func (p *pendingHandshakes) remove(place *list.Element) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns.Remove(place) // does nothing if it was closed as the oldest
}

func (p *pendingHandshakes) closeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for e := p.conns.Front(); e != nil; e = e.Next() {
		_ = e.Value.(net.Conn).Close()
	}
}
