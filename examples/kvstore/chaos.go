package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// How long the store is left alone once it is back, unless the command line says it: people
// want to see what has happened.
const (
	killEvery         = 20 * time.Millisecond
	killEveryObserved = time.Second
)

// chaosApp kills a random process of the store again and again, while a client uses it.
// When the time is up, and the store is back from the last kill, it calls over.
func chaosApp(c *client, calm, limit time.Duration, over func()) application.App {
	monkey := func(ctx *runtime.Context) error {
		for end := time.Now().Add(limit); ; {
			if _, err := ctx.RecvTimeout(calm); err != runtime.ErrTimeout {
				return err
			}
			p, ok := victim(ctx)
			if !ok {
				continue
			}
			c.kills.Add(1)
			_ = ctx.Exit(p, signal.Kill)
			if err := c.awaitService(ctx); err != nil {
				return err
			}
			if c.away.Load() || limit > 0 && time.Now().After(end) {
				over()
				_, err := ctx.Recv() // its exit signal
				return err
			}
		}
	}
	return application.App{
		Name:      "chaos",
		DependsOn: []string{"store"},
		Root: func(any) (supervisor.Spec, error) {
			return supervisor.Spec{Children: []supervisor.ChildSpec{
				{ID: "client", Start: supervisor.Body(func(ctx *runtime.Context) error { return c.run(ctx) })},
				{ID: "monkey", Start: supervisor.Body(monkey)},
			}}, nil
		},
	}
}

// victim chooses any process of the tree but its root.
func victim(ctx context.Context) (pid.PID, bool) {
	tree, err := supervisor.Tree(ctx, storeName)
	if err != nil {
		return pid.PID{}, false
	}
	var all []pid.PID
	var collect func(*supervisor.Node)
	collect = func(n *supervisor.Node) {
		for _, c := range n.Children {
			if !c.PID.IsZero() {
				all = append(all, c.PID)
			}
			collect(c)
		}
	}
	collect(tree)
	if len(all) == 0 {
		return pid.PID{}, false
	}
	return all[rand.IntN(len(all))], true
}
