package dialogue

import (
	"context"
	"crypto/hmac"
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"net"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/term"
)

// conn is a connection of the player to the node.
type conn struct {
	net.Conn
	cookie           []byte
	hello, challenge []byte // bodies of the handshake
}

// dial connects to a node and says hello.
func dial(ctx context.Context, addr, cookie string, me pid.NodeID) (*conn, error) {
	var d net.Dialer
	tcp, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: tcp, cookie: []byte(cookie)}
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(deadline) // fails if the connection is closed, and then so does what follows
	}
	if err := c.greet(me); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func (c *conn) greet(me pid.NodeID) (err error) {
	g := wire.Greeting{Min: wire.Version, Max: wire.Version, Node: me}
	_, _ = crand.Read(g.Nonce[:]) // never fails
	hello := wire.AppendHello(nil, g)
	if _, err = c.Write(hello); err != nil {
		return err
	}
	c.hello = hello[frame.LengthBytes:]
	if c.challenge, err = c.body(); err != nil {
		return fmt.Errorf("no challenge: %w", err)
	}
	_, refused, err := wire.ParseReply(c.challenge)
	return refusal(refused, err)
}

// prove sends the proof.
func (c *conn) prove() error {
	mac := wire.MAC(wire.Proof, c.cookie, c.hello, c.challenge, nil)
	_, err := c.Write(wire.AppendProof(nil, mac))
	return err
}

// welcomed reads the welcome, and checks the node's proof.
func (c *conn) welcomed() error {
	body, err := c.body()
	if err != nil {
		return fmt.Errorf("no welcome: %w", err)
	}
	mac, _, refused, err := wire.ParseWelcome(body)
	if err := refusal(refused, err); err != nil {
		return err
	}
	if want := wire.MAC(wire.Welcome, c.cookie, c.hello, c.challenge, nil); !hmac.Equal(mac[:], want[:]) {
		return fmt.Errorf("the node does not prove that it has the cookie")
	}
	return nil
}

// refusedError is a refusal.
type refusedError struct{ wire.Notice }

// Error implements error.
func (e *refusedError) Error() string { return fmt.Sprintf("refused with code %d: %s", e.Code, e.Text) }

func refusal(n *wire.Notice, err error) error {
	if err == nil && n != nil {
		return &refusedError{*n}
	}
	return err
}

// body reads the body of a frame.
func (c *conn) body() ([]byte, error) {
	var head [frame.LengthBytes]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > frame.MaxBytes {
		return nil, fmt.Errorf("frame of %d bytes", n)
	}
	body := make([]byte, n)
	_, err := io.ReadFull(c, body)
	return body, err
}

// frame reads the next frame that a dialogue speaks of, and answers pings before it.
func (c *conn) frame() ([]any, error) {
	for {
		body, err := c.body()
		if err != nil {
			return nil, err
		}
		fields, err := term.Decode[[]any](body)
		if err != nil || len(fields) == 0 {
			return nil, fmt.Errorf("no frame: %x: %w", body, err)
		}
		switch kind, _ := fields[0].(int); {
		case kind == int(wire.Ping) && len(fields) > 1:
			err = c.pong(fields[1])
		case kind < int(wire.Idle):
			return fields, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (c *conn) pong(number any) error {
	body, err := term.Encode([]any{int(wire.Pong), number})
	if err != nil {
		return err
	}
	return c.sendBody(body)
}

func (c *conn) sendBody(body []byte) error {
	_, err := c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...))
	return err
}

// leave says goodbye and reads on until the node has closed too, so that what it has
// answered too much is not lost on the next dialogue.
func (c *conn) leave() {
	if _, err := c.Write(wire.AppendNotice(nil, wire.Goodbye, 1, "the dialogue is over")); err == nil {
		_, _ = io.Copy(io.Discard, c) // however it ends, it is over
	}
	_ = c.Close()
}
