package main

import (
	"github.com/anthdm/hollywood/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// caller sends a message to each name in turn, as often as each name expects.
type caller struct{ names []*actor.PID }

func (c *caller) Receive(ctx *actor.Context) {
	if _, ok := ctx.Message().(begin); !ok {
		return
	}
	for lap := range worker.PerName {
		for _, name := range c.names {
			ctx.Send(name, worker.NewMessage(int64(lap)+1))
		}
	}
}

// named sends n messages round and round to names. A PID of this library is
// nothing but a name, which is looked up with each message.
func named(n int) (worker.Result, error) {
	engine, err := newEngine()
	if err != nil {
		return worker.Result{}, err
	}
	names := worker.Names(n)
	served := worker.NewTally(len(names))
	pids := make([]*actor.PID, len(names))
	for i, name := range names {
		producer := func() actor.Receiver { return &receiver{senders: 1, each: worker.PerName, served: served} }
		engine.Spawn(producer, "named", actor.WithID(name), actor.WithInboxSize(smallInbox))
		pids[i] = actor.NewPID(engine.Address(), "named/"+name)
	}
	worker.Shuffle(pids)
	source := spawnBusy(engine, &caller{names: pids}, "caller")

	meter := worker.Start()
	engine.Send(source, begin{})
	err = served.Wait()
	return meter.Stop(n), err
}
