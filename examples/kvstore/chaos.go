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

// chaosApp kills a random process of the store again and again, while a client uses it.
func chaosApp(c *client, every time.Duration) application.App {
	monkey := func(ctx *runtime.Context) error {
		for {
			_, err := ctx.RecvTimeout(every)
			if err != runtime.ErrTimeout {
				return err
			}
			if p, ok := victim(ctx); ok {
				c.kills.Add(1)
				_ = ctx.Exit(p, signal.Kill)
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
