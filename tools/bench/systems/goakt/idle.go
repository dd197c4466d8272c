package main

import (
	"github.com/tochemey/goakt/v4/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// waiter waits for its one message.
type waiter struct {
	base
	answered *worker.Tally
}

func (w *waiter) Receive(ctx *actor.ReceiveContext) {
	if m, ok := ctx.Message().(worker.Message); ok {
		w.answered.Done(worker.Equal("message", m.Seq, 1))
	}
}

// idle weighs n actors that wait for a message, and then sends one to each to
// see that they are all there.
func idle(n int) (worker.Result, error) {
	system, err := newSystem()
	if err != nil {
		return worker.Result{}, err
	}
	answered := worker.NewTally(n)
	var pids []*actor.PID
	result, err := worker.Weigh(n, func() (err error) {
		pids, err = spawnMany(system, "waiter", n, func(int) actor.Actor { return &waiter{answered: answered} })
		return err
	})
	if err != nil {
		return worker.Result{}, err
	}
	if err := tell(pids, worker.NewMessage(1)); err != nil {
		return worker.Result{}, err
	}
	return result, answered.Wait()
}
