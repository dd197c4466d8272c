package main

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// caller sends a message to each name in turn, as often as each name expects.
type caller struct{ names []string }

func (c *caller) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(begin); !ok {
		return
	}
	system := ctx.ActorSystem()
	for lap := range worker.PerName {
		for _, name := range c.names {
			ctx.Send(system.NewLocalPID(name), worker.NewMessage(int64(lap)+1))
		}
	}
}

// named sends n messages round and round to names. A name becomes a PID anew
// for each message, since a PID that is kept remembers its actor.
func named(n int) (worker.Result, error) {
	root := newSystem().Root
	names := worker.Names(n)
	served := worker.NewTally(len(names))
	for _, name := range names {
		props := small(&receiver{senders: 1, each: worker.PerName, served: served})
		if _, err := root.SpawnNamed(props, name); err != nil {
			return worker.Result{}, fmt.Errorf("spawn %s: %w", name, err)
		}
	}
	worker.Shuffle(names)
	source := root.Spawn(busy(&caller{names: names}))

	meter := worker.Start()
	root.Send(source, begin{})
	err := served.Wait()
	return meter.Stop(n), err
}
