package dialogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/internal/wire"
)

// refusedRival is the code of a refusal by which the acceptor's own connection goes first.
const refusedRival = 6

// PlayTieBreak has the node dial the player, which dials the node before it answers.
// If less, the player's name is less than the node's, its connection must be welcome, and
// else refused. The node must find the player by the address in its name.
func (p Player) PlayTieBreak(ctx context.Context, less bool) error {
	helper, err := identity("dialogue-helper@player")
	if err != nil {
		return err
	}
	h, err := p.connect(ctx, helper)
	if err != nil {
		return err
	}
	defer h.leave()
	l, err := listen(ctx, h)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	part := map[bool]string{true: "-", false: "zzzz"}[less] // "-" is the least that a name may begin with
	me, err := identity(part + "@" + l.Addr().String())
	if err != nil {
		return err
	}
	if err := h.haveDialled(me); err != nil {
		return err
	}
	rival, err := accept(ctx, l)
	if err != nil {
		return fmt.Errorf("the node does not dial: %w", err)
	}
	defer func() { _ = rival.Close() }()
	return p.decide(ctx, me, less)
}

func listen(ctx context.Context, c net.Conn) (net.Listener, error) {
	host, _, err := net.SplitHostPort(c.LocalAddr().String())
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
}

// haveDialled tells the partner to send to a process of the node me.
func (c *conn) haveDialled(me pid.NodeID) error {
	partner, err := c.partner()
	if err != nil {
		return err
	}
	n := names{me: pid.New(me, 1), partner: partner}
	order := []any{json.Number("17"), json.Number("1"), "$partner", []any{"send", "$me"}}
	return c.play(n, line{fields: order, sent: true})
}

// accept takes the node's connection and reads its hello.
func accept(ctx context.Context, l net.Listener) (net.Conn, error) {
	if deadline, ok := ctx.Deadline(); ok {
		_ = l.(*net.TCPListener).SetDeadline(deadline)
	}
	tcp, err := l.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: tcp}
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(deadline)
	}
	body, err := c.body()
	if err == nil {
		_, err = wire.ParseHello(body)
	}
	return tcp, err
}

// decide dials the node and checks which of the two connections it prefers.
func (p Player) decide(ctx context.Context, me pid.NodeID, less bool) error {
	c, err := p.connect(ctx, me)
	if err == nil {
		c.leave()
	}
	var refused *refusedError
	switch {
	case less:
		return err
	case err == nil:
		return errors.New("the player is welcome, though its name is not less")
	case errors.As(err, &refused) && refused.Code == refusedRival:
		return nil
	}
	return err
}
