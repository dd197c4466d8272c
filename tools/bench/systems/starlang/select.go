package main

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// picked is what a process picks out of its mailbox, by its number.
type picked int64

// selective has a process with a long queue ask another one n times, and pick each
// answer out of what lies behind the queue.
func selective(n int) (worker.Result, error) {
	var result worker.Result
	err := newRuntime().Run(context.Background(), func(ctx *runtime.Context) error {
		queued := worker.Queue(n)
		for seq := 1; seq <= queued; seq++ {
			if err := ctx.Send(ctx.PID(), worker.NewMessage(int64(seq))); err != nil {
				return err
			}
		}
		answers, err := ctx.SpawnLink(answer(ctx.PID()))
		if err != nil {
			return err
		}
		meter := worker.Start()
		for i := range n {
			if err := ctx.Send(answers, picked(i)); err != nil {
				return err
			}
			if _, err := runtime.ReceiveMatch(ctx, func(p picked) bool { return int(p) == i }); err != nil {
				return err
			}
		}
		result = meter.Stop(n)
		count, err := receive(ctx, queued)
		if err != nil {
			return err
		}
		return count.Check(1, queued, len(worker.Text))
	})
	return result, err
}

// answer sends back what it gets.
func answer(to pid.PID) runtime.Body {
	return func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			if err := ctx.Send(to, m.Value()); err != nil {
				return err
			}
		}
	}
}
