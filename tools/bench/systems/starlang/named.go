package main

import (
	"context"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// named sends n messages round and round to registered names.
func named(n int) (worker.Result, error) {
	rt := newRuntime()
	names := worker.Names(n)
	served := worker.NewTally(len(names))
	for _, name := range names {
		_, err := rt.SpawnOpt(runtime.SpawnOptions{Name: name}, func(ctx *runtime.Context) error {
			count, err := receive(ctx, worker.PerName)
			if err == nil {
				err = count.Check(1, worker.PerName, len(worker.Text))
			}
			served.Done(err)
			return err
		})
		if err != nil {
			return worker.Result{}, err
		}
	}
	worker.Shuffle(names)
	var result worker.Result
	err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
		meter := worker.Start()
		for lap := range worker.PerName {
			for _, name := range names {
				if err := ctx.SendNamed(name, worker.NewMessage(int64(lap)+1)); err != nil {
					return err
				}
			}
		}
		err := served.Wait()
		result = meter.Stop(n)
		return err
	})
	return result, err
}
