package main

import (
	"github.com/anthdm/hollywood/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// mayfly stops as soon as it has started.
type mayfly struct{ ended *worker.Tally }

func (m mayfly) Receive(ctx *actor.Context) {
	switch ctx.Message().(type) {
	case actor.Started:
		ctx.Engine().Stop(ctx.PID())
	case actor.Stopped:
		m.ended.Done(nil)
	}
}

// spawn starts n actors that end at once.
func spawn(n int) (worker.Result, error) {
	engine, err := newEngine()
	if err != nil {
		return worker.Result{}, err
	}
	ended := worker.NewTally(n)
	meter := worker.Start()
	for i := range n {
		spawnSmall(engine, mayfly{ended: ended}, i)
	}
	err = ended.Wait()
	return meter.Stop(n), err
}
