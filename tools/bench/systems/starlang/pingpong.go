package main

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func pingpong(n int) (worker.Result, error) {
	var result worker.Result
	err := newRuntime().Run(context.Background(), func(ctx *runtime.Context) error {
		back, err := ctx.SpawnLink(pong(ctx.PID()))
		if err != nil {
			return err
		}
		meter := worker.Start()
		if err := ping(ctx, back, n); err != nil {
			return err
		}
		result = meter.Stop(n)
		return nil
	})
	return result, err
}

// ping sends n messages, each when the answer to the one before has come.
func ping(ctx *runtime.Context, to pid.PID, n int) error {
	var seq int64
	for range n {
		if err := ctx.Send(to, worker.NewMessage(seq)); err != nil {
			return err
		}
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		seq = m.Value().(worker.Message).Seq
	}
	return worker.Equal("round trips", seq, int64(n))
}

// pong answers each message with the next number.
func pong(to pid.PID) runtime.Body {
	return func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			if err := ctx.Send(to, worker.NewMessage(m.Value().(worker.Message).Seq+1)); err != nil {
				return err
			}
		}
	}
}
