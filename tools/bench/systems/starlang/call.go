package main

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// call asks a server n times and waits for the answer at most five seconds.
func call(n int) (worker.Result, error) {
	var result worker.Result
	err := newRuntime().Run(context.Background(), func(ctx *runtime.Context) error {
		server, err := ctx.SpawnLink(serve)
		if err != nil {
			return err
		}
		meter := worker.Start()
		var seq int64
		for range n {
			answer, err := runtime.CallTimeout[worker.Message](ctx, server, worker.NewMessage(seq), 5*time.Second)
			if err != nil {
				return err
			}
			seq = answer.Seq
		}
		result = meter.Stop(n)
		return worker.Equal("answers", seq, int64(n))
	})
	return result, err
}

// serve answers each call with the next number.
func serve(ctx *runtime.Context) error {
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		from, _ := m.From() // nothing but calls is sent here
		if err := ctx.Reply(from, worker.NewMessage(m.Value().(worker.Message).Seq+1)); err != nil {
			return err
		}
	}
}
