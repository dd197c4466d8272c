package main

import (
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// spawn starts n processes that end at once, and waits until all are dead.
func spawn(n int) (worker.Result, error) {
	rt := newRuntime()
	ended := worker.NewTally(n)
	body := func(*runtime.Context) error {
		ended.Done(nil)
		return nil
	}
	meter := worker.Start()
	for range n {
		if _, err := rt.Spawn(body); err != nil {
			return worker.Result{}, err
		}
	}
	err := ended.Wait()
	waitEmpty(rt)
	return meter.Stop(n), err
}
