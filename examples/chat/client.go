package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// maxTyped is the length of the longest line that is read; the room cuts it.
const maxTyped = 1 << 20

// waitLimit is how long a client waits for the room's answers.
const waitLimit = 10 * time.Second

// client is one who is in a room. Its methods run in its process.
type client struct {
	node   *remote.Node
	room   pid.Name
	out    io.Writer
	inside bool // has entered, and the room has not gone since
}

// What the keyboard sends to the client.
type (
	typed  struct{ Text string }
	closed struct{}
)

// join takes part until ctx ends, or what is typed does.
func join(ctx context.Context, rt *runtime.Runtime, cfg remote.Config, server string, in io.Reader, out io.Writer) error {
	node, err := remote.Start(rt, cfg)
	if err != nil {
		return err
	}
	c := &client{node: node, room: pid.Name{Name: roomName, Node: server}, out: out}
	err = live(ctx, rt, func(p *runtime.Context) error {
		// From here on it is connected again whenever the connection is lost.
		if err := node.Connect(p, server); err != nil {
			return err
		}
		node.MonitorNodes(p)
		if err := c.enter(p); err != nil {
			return fmt.Errorf("join %s: %w", server, err)
		}
		go c.read(p, in) // ends with the input, or with the program
		return c.talk(p)
	})
	if err == nil {
		fmt.Fprintln(out, "* bye")
	}
	return err
}

// read passes on what is typed.
func (c *client) read(p *runtime.Context, in io.Reader) {
	rt, self := c.node.Runtime(), p.PID()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxTyped)
	for lines.Scan() && rt.Send(context.Background(), self, typed{lines.Text()}) == nil {
	}
	_ = rt.Send(context.Background(), self, closed{})
}

// talk is what the client does once it has entered.
func (c *client) talk(p *runtime.Context) error {
	for {
		m, err := p.Recv()
		if err != nil {
			return err
		}
		switch v := m.Value().(type) {
		case line:
			fmt.Fprintln(c.out, v.Text)
		case typed:
			err = c.obey(p, strings.TrimSpace(v.Text))
		case closed:
			return nil
		case signal.Down:
			c.inside = false
			fmt.Fprintf(c.out, "* the room is gone: %s\n", v.Reason)
		case remote.NodeUp:
			if v.Node == c.room.Node && !c.inside {
				err = c.enter(p)
			}
		}
		switch {
		case errors.Is(err, errQuit):
			return nil
		case err != nil:
			fmt.Fprintln(c.out, "*", err)
		}
	}
}

// errQuit tells that the user has had enough.
var errQuit = errors.New("quit")

// obey does what the user has typed.
func (c *client) obey(p *runtime.Context, text string) error {
	switch text {
	case "":
		return nil
	case "/quit":
		return errQuit
	case "/who":
		w, err := call[welcome](p, c.room, who{})
		if err == nil {
			c.list(w)
		}
		return err
	}
	_, err := call[any](p, c.room, say{text})
	return err
}

// enter enters the room, and again when it is back.
func (c *client) enter(p *runtime.Context) error {
	nick, _, _ := strings.Cut(c.node.Name(), "@")
	ref := p.MonitorNamed(c.room) // first: the answer then tells that it stands
	w, err := call[welcome](p, c.room, enter{nick})
	if err != nil {
		p.DemonitorFlush(ref)
		return err
	}
	c.inside = true
	for _, text := range w.History {
		fmt.Fprintln(c.out, "|", text)
	}
	c.list(w)
	return nil
}

func (c *client) list(w welcome) { fmt.Fprintln(c.out, "* in the room:", strings.Join(w.Here, ", ")) }

// call calls the room.
func call[Reply any](p *runtime.Context, room pid.Name, req any) (Reply, error) {
	ctx, cancel := context.WithTimeout(p, waitLimit)
	defer cancel()
	return genserver.CallAs[Reply](ctx, room, req)
}
