package dialogue

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/term"
)

// ErrNoPartner tells that a dialogue was not played, as the node has no process with the
// name [PartnerName].
var ErrNoPartner = errors.New("the node has no process " + PartnerName)

func init() { term.MustRegisterError("dialogue.no_partner", ErrNoPartner) }

// Player plays dialogues against one node, each over a connection of its own.
type Player struct {
	Addr   string // host:port of the node
	Cookie string
}

// Play plays d, until ctx ends at the most. It returns nil if the node said what it has to,
// and [ErrNoPartner] if it could not be asked.
func (p Player) Play(ctx context.Context, d Dialogue) error {
	me, err := identity("dialogue-" + d.Name + "@player")
	if err != nil {
		return err
	}
	c, err := p.connect(ctx, me)
	if err != nil {
		return err
	}
	defer c.leave()
	n := names{me: pid.New(me, 1)}
	if d.needsPartner() {
		if n.partner, err = c.partner(); err != nil {
			return err
		}
	}
	for _, l := range d.lines {
		if err := c.play(n, l); err != nil {
			return fmt.Errorf("at %s: %w", l.text, err)
		}
	}
	return nil
}

// identity returns a node's with a fresh creation.
func identity(name string) (pid.NodeID, error) {
	var b [4]byte
	_, _ = crand.Read(b[:]) // never fails
	return pid.NewNodeID(name, binary.BigEndian.Uint32(b[:])|1)
}

// connect makes a connection that is up.
func (p Player) connect(ctx context.Context, me pid.NodeID) (*conn, error) {
	c, err := dial(ctx, p.Addr, p.Cookie, me)
	if err != nil {
		return nil, err
	}
	if err = c.prove(); err == nil {
		err = c.welcomed()
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// partner asks for the number of the partner.
func (c *conn) partner() (uint64, error) {
	if _, err := c.Write(wire.AppendWhereis(nil, 1, PartnerName)); err != nil {
		return 0, err
	}
	answer, err := c.frame()
	if err != nil {
		return 0, err
	}
	if len(answer) < 3 || answer[0] != int(wire.Answer) {
		return 0, fmt.Errorf("whereis was answered with %v", answer)
	}
	switch id := answer[2].(type) {
	case int:
		if id == 0 {
			return 0, ErrNoPartner
		}
		return uint64(id), nil
	case uint64:
		return id, nil
	}
	return 0, fmt.Errorf("whereis was answered with %v", answer)
}

// play sends or awaits one frame.
func (c *conn) play(n names, l line) error {
	if !l.sent {
		got, err := c.frame()
		if err == nil && !n.match(l.fields, got) {
			err = fmt.Errorf("the node sent %v", got)
		}
		return err
	}
	body, err := n.append(nil, l.fields)
	if err != nil {
		return err
	}
	if l.of == 0 {
		return c.sendBody(body)
	}
	from, to := len(body)*(l.piece-1)/l.of, len(body)*l.piece/l.of
	_, err = c.Write(wire.AppendFragment(nil, len(body)-to, body[from:to]))
	return err
}
