package main

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// skynet grows a tree of processes, ten children each, until there are n
// leaves; each leaf sends its number up and each node the sum of its children.
func skynet(n int) (worker.Result, error) {
	var result worker.Result
	err := newRuntime().Run(context.Background(), func(ctx *runtime.Context) error {
		meter := worker.Start()
		if _, err := ctx.Spawn(branch(ctx.PID(), worker.Part{Size: n})); err != nil {
			return err
		}
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		result = meter.Stop(n)
		return worker.Equal("sum of the leaves", m.Value().(worker.Message).Seq, worker.LeafSum(n))
	})
	return result, err
}

// branch is the subtree with part's leaves.
func branch(parent pid.PID, part worker.Part) runtime.Body {
	return func(ctx *runtime.Context) error {
		if part.Size == 1 {
			return ctx.Send(parent, worker.NewMessage(int64(part.First)))
		}
		parts := worker.Split(part.First, part.Size)
		for _, child := range parts {
			if _, err := ctx.Spawn(branch(ctx.PID(), child)); err != nil {
				return err
			}
		}
		count, err := receive(ctx, len(parts))
		if err != nil {
			return err
		}
		return ctx.Send(parent, worker.NewMessage(count.Sum))
	}
}
