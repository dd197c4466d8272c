package main

import (
	"strconv"

	"github.com/tochemey/goakt/v4/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// mayfly stops as soon as it has started.
type mayfly struct {
	base
	ended *worker.Tally
}

func (m mayfly) Receive(ctx *actor.ReceiveContext) {
	if _, ok := ctx.Message().(*actor.PostStart); ok {
		ctx.Shutdown()
	}
}

func (m mayfly) PostStop(*actor.Context) error {
	m.ended.Done(nil)
	return nil
}

// spawn starts n actors that end at once.
func spawn(n int) (worker.Result, error) {
	system, err := newSystem()
	if err != nil {
		return worker.Result{}, err
	}
	ended := worker.NewTally(n)
	meter := worker.Start()
	for i := range n {
		if _, err := spawnActor(system, strconv.Itoa(i), mayfly{ended: ended}); err != nil {
			return worker.Result{}, err
		}
	}
	err = ended.Wait()
	return meter.Stop(n), err
}
