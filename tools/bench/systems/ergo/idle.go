package main

import (
	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// waiter waits for its one message.
type waiter struct {
	act.Actor
	answered *worker.Tally
}

func (w *waiter) HandleMessage(_ gen.PID, message any) error {
	w.answered.Done(worker.Equal("message", message.(worker.Message).Seq, 1))
	return nil
}

// idle weighs n actors that wait for a message, and then sends one to each to
// see that they are all there.
func idle(n int) (worker.Result, error) {
	node, err := startNode()
	if err != nil {
		return worker.Result{}, err
	}
	answered := worker.NewTally(n)
	var pids []gen.PID
	result, err := worker.Weigh(n, func() (err error) {
		pids, err = spawnMany(node, n, func(int) gen.ProcessBehavior { return &waiter{answered: answered} })
		return err
	})
	if err != nil {
		return worker.Result{}, err
	}
	if err := sendAll(node, pids, worker.NewMessage(1)); err != nil {
		return worker.Result{}, err
	}
	return result, answered.Wait()
}
