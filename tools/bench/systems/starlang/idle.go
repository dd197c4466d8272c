package main

import (
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// idle weighs n processes that wait for a message, and then sends one to each
// to see that they are all there.
func idle(n int) (worker.Result, error) {
	rt := newRuntime()
	ready, answered := worker.NewTally(n), worker.NewTally(n)
	var pids []pid.PID
	result, err := worker.Weigh(n, func() (err error) {
		pids, err = spawnMany(rt, n, func(int) runtime.Body {
			return func(ctx *runtime.Context) error { return wait(ctx, ready, answered) }
		})
		if err != nil {
			return err
		}
		return ready.Wait()
	})
	if err != nil {
		return worker.Result{}, err
	}
	if err := sendAll(rt, pids, worker.NewMessage(1)); err != nil {
		return worker.Result{}, err
	}
	return result, answered.Wait()
}

// wait waits for one message.
func wait(ctx *runtime.Context, ready, answered *worker.Tally) error {
	ready.Done(nil)
	m, err := ctx.Recv()
	if err == nil {
		err = worker.Equal("message", m.Value().(worker.Message).Seq, 1)
	}
	answered.Done(err)
	return err
}
