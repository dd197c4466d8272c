package main

import (
	"context"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// named sends n messages round and round to names.
func named(n int) (worker.Result, error) {
	system, err := newSystem()
	if err != nil {
		return worker.Result{}, err
	}
	names := worker.Names(n)
	served := worker.NewTally(len(names))
	for _, name := range names {
		r := &receiver{senders: 1, each: worker.PerName, served: served}
		if _, err := spawnActor(system, name, r); err != nil {
			return worker.Result{}, err
		}
	}
	source, err := spawnActor(system, "sender", sender{})
	if err != nil {
		return worker.Result{}, err
	}
	worker.Shuffle(names)
	ctx := context.Background()
	meter := worker.Start()
	for lap := range worker.PerName {
		for _, name := range names {
			if err := source.SendAsync(ctx, name, worker.NewMessage(int64(lap)+1)); err != nil {
				return worker.Result{}, err
			}
		}
	}
	err = served.Wait()
	return meter.Stop(n), err
}
