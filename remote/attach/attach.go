// Package attach looks at nodes that run elsewhere, and steers them, for tools and scripts:
//
//	c, err := attach.Dial(ctx, "shop@10.0.0.1:4370", attach.Config{Cookie: cookie})
//	...
//	defer c.Close()
//	top, err := c.Top(ctx, inspect.Top{By: inspect.ByQueue, N: 20})
//
// It is no member of their network: processes that monitor nodes are not told of it. The node
// needs nothing but a [remote.Config] whose Inspect is not off.
//
// # Not promised
//
// A lost connection is not kept up: the next question connects again.
package attach

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/term"
)

// Config says how to attach. The zero Config is for a node without a cookie.
type Config struct {
	// Cookie is that of the network, with which one may act if the node allows it.
	Cookie string
	// ObserverCookie is that of observers, with which one may only look. It counts if
	// Cookie is empty.
	ObserverCookie string
	// Remote says the rest, if something is to be other than it is by default: TLS,
	// Resolver, Transport, times. Its Cookie, ObserverCookie, Observer, Listen and
	// Inspect do not count.
	Remote remote.Config
}

// Conn is a connection with a node. Its methods ask the node: see [inspect.Client]. All
// goroutines may share it.
type Conn struct {
	*inspect.Client
	name     string
	creation uint32
	rt       *runtime.Runtime
	node     *remote.Node
}

// ErrOff tells that a node is there, and cannot be asked.
var ErrOff = errors.New("the node cannot be asked: its remote.Config.Inspect is off")

func init() { term.MustRegisterError("attach.off", ErrOff) }

// closeTime bounds the end of a Conn.
const closeTime = 2 * time.Second

// Dial attaches to a node, whose name is one that the Resolver of cfg finds. The error is
// that of [remote.Node.Connect], or is [ErrOff].
func Dial(ctx context.Context, name string, cfg Config) (*Conn, error) {
	c := cfg.Remote
	c.Cookie, c.ObserverCookie = cfg.Cookie, cfg.ObserverCookie
	c.Observer, c.Listen, c.Inspect = true, "", remote.InspectOff
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	rt, err := runtime.New(runtime.Config{Name: "observer-" + rand.Text() + "@localhost", Logger: c.Logger})
	if err != nil {
		return nil, fmt.Errorf("attach: %w", err)
	}
	node, err := remote.Start(rt, c)
	if err != nil {
		return nil, fmt.Errorf("attach: %w", err)
	}
	client := inspect.NewClient(rt, pid.Name{Name: inspect.Name, Node: name})
	conn := &Conn{Client: client, name: name, rt: rt, node: node}
	if err := conn.connect(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

func (c *Conn) connect(ctx context.Context) error {
	if err := c.node.Connect(ctx, c.name); err != nil {
		return err
	}
	list, err := c.Nodes(ctx, inspect.Nodes{N: 1})
	c.creation = list.Creation
	var call *runtime.RuntimeError
	if errors.As(err, &call) && errors.Is(call.Err, signal.NoProc) {
		return fmt.Errorf("attach to %s: %w", c.name, ErrOff)
	}
	return err
}

// Node returns the name of the node.
func (c *Conn) Node() string { return c.name }

// Creation returns that of the node's start to which Dial has attached.
func (c *Conn) Creation() uint32 { return c.creation }

// Close ends the connection. A second Close does nothing.
func (c *Conn) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	_ = c.node.Close(ctx)
	_ = c.rt.Shutdown(ctx)
}
