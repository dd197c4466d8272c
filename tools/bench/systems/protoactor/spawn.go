package main

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// mayfly stops as soon as it has started.
type mayfly struct{ ended *worker.Tally }

func (m *mayfly) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case *actor.Started:
		ctx.Stop(ctx.Self())
	case *actor.Stopped:
		m.ended.Done(nil)
	}
}

// spawn starts n actors that end at once.
func spawn(n int) (worker.Result, error) {
	root := newSystem().Root
	ended := worker.NewTally(n)
	props := small(&mayfly{ended: ended}) // without state, so one serves all
	meter := worker.Start()
	for range n {
		root.Spawn(props)
	}
	err := ended.Wait()
	return meter.Stop(n), err
}
