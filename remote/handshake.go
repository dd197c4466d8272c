package remote

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/remote/internal/wire"
)

// handshake is one side of a handshake, until the connection is up.
type handshake struct {
	stream net.Conn // bottom, or TLS over it
	bottom *conn.Stream
	self   pid.NodeID
	role   wire.Role // that the dialler asks for

	// What the acceptor goes by.
	cookie, observerCookie []byte
	access                 Access // of the peer, once it has proven itself

	binding []byte                  // what ties the proofs to the TLS connection; nil without
	verify  func(node string) error // whether the peer's certificate is that of its name
	spoke   func()                  // called when the dialler has sent a good hello
}

// newHandshake prepares a handshake over conn, whose TLS handshake is done.
func (n *Node) newHandshake(ctx context.Context, conn net.Conn, bottom *conn.Stream) (*handshake, error) {
	h := &handshake{
		stream: conn, bottom: bottom, self: n.self, access: Member,
		cookie: []byte(n.cfg.Cookie), observerCookie: []byte(n.cfg.ObserverCookie),
		verify: func(node string) error { return n.verifyName(ctx, conn, node) },
	}
	if n.cfg.Observer {
		h.role = wire.Observer
	}
	if t, ok := conn.(*tls.Conn); ok {
		state := t.ConnectionState()
		var err error
		if h.binding, err = state.ExportKeyingMaterial(wire.ExporterLabel, nil, wire.MACBytes); err != nil {
			return nil, fmt.Errorf("bind to the TLS connection: %w", err)
		}
	}
	return h, nil
}

// dial is the dialler's side up to the welcome. It returns who the acceptor is,
// which must have the name want.
func (h *handshake) dial(want string) (pid.NodeID, error) {
	hello := wire.AppendHello(nil, h.greeting())
	if _, err := h.stream.Write(hello); err != nil {
		return pid.NodeID{}, err
	}
	challenge, err := h.read()
	if err != nil {
		return pid.NodeID{}, err
	}
	peer, refused, err := wire.ParseReply(challenge)
	switch {
	case err != nil:
		return pid.NodeID{}, err
	case refused != nil:
		return pid.NodeID{}, &RefusedError{RefusalCode(refused.Code), refused.Text}
	case peer.Max != wire.Version:
		return pid.NodeID{}, fmt.Errorf("the acceptor chose version %d, which was not offered", peer.Max)
	case peer.Node.Name() != want:
		return pid.NodeID{}, fmt.Errorf("the node there is %s", peer.Node.Name())
	}
	if err := h.verify(want); err != nil {
		return pid.NodeID{}, err
	}
	if err := h.prove(hello[frame.LengthBytes:], challenge); err != nil {
		return pid.NodeID{}, err
	}
	return peer.Node, nil
}

// prove is the dialler's second half: proof and welcome.
func (h *handshake) prove(hello, challenge []byte) error {
	cookie := h.cookie
	if len(cookie) == 0 && h.role == wire.Observer {
		cookie = h.observerCookie
	}
	proof := wire.MAC(wire.Proof, cookie, hello, challenge, h.binding)
	if _, err := h.stream.Write(wire.AppendProof(nil, proof)); err != nil {
		return err
	}
	body, err := h.read()
	if err != nil {
		return err
	}
	mac, role, refused, err := wire.ParseWelcome(body)
	if err != nil {
		return err
	}
	if refused != nil {
		return &RefusedError{RefusalCode(refused.Code), refused.Text}
	}
	want := wire.MAC(wire.Welcome, cookie, hello, challenge, h.binding)
	switch {
	case !hmac.Equal(mac[:], want[:]):
		return ErrCookie
	case role != h.role:
		return errors.New("the acceptor does not know observers")
	}
	return nil
}

// accept is the acceptor's side up to the good proof. It returns who the dialler
// is, and the welcome that is to be the first frame on the connection. What it
// refuses it has told the dialler.
func (h *handshake) accept() (peer pid.NodeID, welcome []byte, err error) {
	peer, welcome, err = h.challenge()
	if err == nil {
		return peer, welcome, nil
	}
	var refused *RefusedError
	switch {
	case errors.As(err, &refused) || isIO(err):
	case errors.Is(err, ErrCertificate):
		refused = refuse(RefusedCertificate)
	default:
		refused = refuse(RefusedMalformed)
	}
	if refused != nil {
		h.refuse(refused)
	}
	return pid.NodeID{}, nil, err
}

func (h *handshake) challenge() (peer pid.NodeID, welcome []byte, err error) {
	hello, err := h.read()
	if err != nil {
		return peer, nil, err
	}
	g, err := wire.ParseHello(hello)
	switch {
	case err != nil:
		return peer, nil, err
	case g.Min > wire.Version || g.Max < wire.Version:
		return peer, nil, refuse(RefusedVersion)
	case g.Node.Name() == h.self.Name():
		return peer, nil, refuse(RefusedSelf)
	}
	h.spoke()
	challenge := wire.AppendChallenge(nil, h.greeting())
	if _, err := h.stream.Write(challenge); err != nil {
		return peer, nil, err
	}
	challenge = challenge[frame.LengthBytes:]
	proof, err := h.read()
	if err != nil {
		return peer, nil, err
	}
	mac, err := wire.ParseProof(proof)
	if err != nil {
		return peer, nil, err
	}
	cookie, ok := h.check(g.Role, mac, hello, challenge)
	if !ok {
		return peer, nil, refuse(RefusedCookie)
	}
	if err := h.verify(g.Node.Name()); err != nil {
		return peer, nil, err
	}
	ours := wire.MAC(wire.Welcome, cookie, hello, challenge, h.binding)
	return g.Node, wire.AppendWelcome(nil, ours, g.Role), nil
}

// check returns the cookie that a dialler has proven to know, and takes note of what that
// gives it access to.
func (h *handshake) check(role wire.Role, mac [wire.MACBytes]byte, hello, challenge []byte) (cookie []byte, ok bool) {
	proves := func(cookie []byte) bool {
		want := wire.MAC(wire.Proof, cookie, hello, challenge, h.binding)
		return hmac.Equal(mac[:], want[:])
	}
	switch {
	case role == wire.Observer && len(h.observerCookie) > 0 && proves(h.observerCookie):
		h.access = Read
		return h.observerCookie, true
	case role == wire.Observer:
		h.access = Control
	}
	return h.cookie, proves(h.cookie)
}

func (h *handshake) greeting() wire.Greeting {
	g := wire.Greeting{Min: wire.Version, Max: wire.Version, Node: h.self, Role: h.role}
	_, _ = rand.Read(g.Nonce[:]) // never fails: crypto/rand crashes the program instead
	return g
}

// refuse tells the dialler why; whether that arrives does not matter.
func (h *handshake) refuse(why *RefusedError) {
	_, _ = h.stream.Write(wire.AppendNotice(nil, wire.Refusal, uint64(why.Code), why.Text))
}

// readError is an error of reading, as opposed to one of what was read.
type readError struct{ error }

func (e readError) Unwrap() error { return e.error }

func isIO(err error) bool {
	var r readError
	return errors.As(err, &r)
}

// read reads the body of one frame, and not a byte more.
func (h *handshake) read() ([]byte, error) {
	var head [frame.LengthBytes]byte
	if _, err := io.ReadFull(h.stream, head[:]); err != nil {
		return nil, readError{err}
	}
	length := binary.BigEndian.Uint32(head[:])
	if length == 0 || length > wire.MaxHandshakeFrameBytes {
		return nil, fmt.Errorf("frame of %d bytes before authentication", length)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(h.stream, body); err != nil {
		return nil, readError{err}
	}
	return body, nil
}
