package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

// spawn starts n goroutines that do nothing but say that they have run.
func spawn(n int) (worker.Result, error) {
	ended := worker.NewTally(n)
	meter := worker.Start()
	for range n {
		go ended.Done(nil)
	}
	err := ended.Wait()
	return meter.Stop(n), err
}
