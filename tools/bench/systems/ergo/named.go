package main

import (
	"fmt"

	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// caller sends a message to each name in turn, as often as each name expects.
type caller struct {
	act.Actor
	names []gen.Atom
	sent  chan<- error
}

func (c *caller) HandleMessage(gen.PID, any) error {
	for lap := range worker.PerName {
		for _, name := range c.names {
			if err := c.Send(name, worker.NewMessage(int64(lap)+1)); err != nil {
				c.sent <- err
				return nil
			}
		}
	}
	c.sent <- nil
	return nil
}

// named sends n messages round and round to registered names.
func named(n int) (worker.Result, error) {
	node, err := startNode()
	if err != nil {
		return worker.Result{}, err
	}
	var names []gen.Atom
	for _, name := range worker.Names(n) {
		names = append(names, gen.Atom(name))
	}
	served := worker.NewTally(len(names))
	for _, name := range names {
		factory := func() gen.ProcessBehavior {
			return &receiver{senders: 1, each: worker.PerName, served: served}
		}
		if _, err := node.SpawnRegister(name, factory, gen.ProcessOptions{InitTimeout: startTimeout}); err != nil {
			return worker.Result{}, fmt.Errorf("spawn %s: %w", name, err)
		}
	}
	worker.Shuffle(names)
	sent := make(chan error, 1)
	source, err := spawnActor(node, &caller{names: names, sent: sent})
	if err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := node.Send(source, begin{}); err != nil {
		return worker.Result{}, err
	}
	if err := <-sent; err != nil {
		return worker.Result{}, err
	}
	err = served.Wait()
	return meter.Stop(n), err
}
