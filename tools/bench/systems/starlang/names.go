package main

import (
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// names registers a name for each of n processes, looks all of them up in no order of
// memory, and frees them.
func names(n int) (worker.Result, error) {
	rt := newRuntime()
	pids, err := spawnMany(rt, n, func(int) runtime.Body {
		return func(ctx *runtime.Context) error {
			_, err := ctx.Recv()
			return err
		}
	})
	if err != nil {
		return worker.Result{}, err
	}
	names, order := worker.Names(n*worker.PerName), worker.Order(n)
	meter := worker.Start()
	for i, name := range names {
		if err := rt.Register(name, pids[i]); err != nil {
			return worker.Result{}, err
		}
	}
	for _, i := range order {
		if p, ok := rt.Whereis(names[i]); !ok || p != pids[i] {
			return worker.Result{}, fmt.Errorf("%s is %v, want %v", names[i], p, pids[i])
		}
	}
	for _, name := range names {
		if err := rt.Unregister(name); err != nil {
			return worker.Result{}, err
		}
	}
	result := meter.Stop(n)
	return result, allFree(rt, names, pids)
}

// allFree is nil if no name is left, and no process has ended.
func allFree(rt *runtime.Runtime, names []string, pids []pid.PID) error {
	for i, name := range names {
		if _, ok := rt.Whereis(name); ok || !rt.IsAlive(pids[i]) {
			return fmt.Errorf("%s is not free, or its process is gone", name)
		}
	}
	return worker.Equal("number of names", rt.NameCount(), 0)
}
