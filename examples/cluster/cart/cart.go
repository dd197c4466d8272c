package main

import (
	"context"
	"errors"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
)

// Add puts something into a cart.
type Add struct {
	genserver.Returns[Cart]
	Item string
}

// Show asks what is in a cart.
type Show struct{ genserver.Returns[Cart] }

// Cart is what is in a cart, and where it is looked after.
type Cart struct {
	Items []string
	Node  string
	Fence uint64
}

func init() {
	term.MustRegister[Add]("example.cart.add")
	term.MustRegister[Show]("example.cart.show")
	term.MustRegister[Cart]("example.cart.cart")
	genserver.MustRegisterError("example.cart.fenced", errFenced)
}

// saveTime bounds a statement.
const saveTime = 15 * time.Second

// cart is the server of one cart.
type cart struct {
	store *store
	lease entity.Lease
	id    string
	node  string
	items []string
}

var (
	_ genserver.Initializer = (*cart)(nil)
	_ genserver.CallHandler = (*cart)(nil)
)

// Init implements [genserver.Initializer].
func (c *cart) Init(ctx *genserver.Context) (err error) {
	bounded, cancel := context.WithTimeout(ctx, saveTime)
	defer cancel()
	c.items, err = c.store.take(bounded, c.id, c.lease.Fence())
	return err
}

// HandleCall implements [genserver.CallHandler].
func (c *cart) HandleCall(ctx *genserver.Context, _ genserver.From, req any) (any, error) {
	switch r := req.(type) {
	case Add:
		return c.add(ctx, r.Item)
	case Show:
		return c.show(), nil
	}
	return nil, genserver.ErrUnhandled
}

// add writes first and changes the state when that is done. A cart that somebody else has
// ends: what it knows is old.
func (c *cart) add(ctx *genserver.Context, item string) (any, error) {
	bounded, cancel := context.WithTimeout(ctx, saveTime)
	defer cancel()
	items := append(c.items[:len(c.items):len(c.items)], item)
	if err := c.store.save(bounded, c.id, c.lease.Fence(), items); err != nil {
		if errors.Is(err, errFenced) {
			ctx.Stop(signal.Shutdown)
		}
		return nil, err
	}
	c.items = items
	return c.show(), nil
}

func (c *cart) show() Cart { return Cart{c.items, c.node, uint64(c.lease.Fence())} }
