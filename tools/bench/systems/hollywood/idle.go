package main

import (
	"github.com/anthdm/hollywood/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// waiter waits for its one message.
type waiter struct{ answered *worker.Tally }

func (w *waiter) Receive(ctx *actor.Context) {
	if m, ok := ctx.Message().(worker.Message); ok {
		w.answered.Done(worker.Equal("message", m.Seq, 1))
	}
}

// idle weighs n actors that wait for a message, and then sends one to each to
// see that they are all there.
func idle(n int) (worker.Result, error) {
	engine, err := newEngine()
	if err != nil {
		return worker.Result{}, err
	}
	answered := worker.NewTally(n)
	pids := make([]*actor.PID, n)
	result, err := worker.Weigh(n, func() error {
		for i := range pids {
			pids[i] = spawnSmall(engine, &waiter{answered: answered}, i)
		}
		return nil
	})
	if err != nil {
		return worker.Result{}, err
	}
	for _, pid := range pids {
		engine.Send(pid, worker.NewMessage(1))
	}
	return result, answered.Wait()
}
