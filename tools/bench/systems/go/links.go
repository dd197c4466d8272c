package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

// links builds a chain of n goroutines, each of which ends when the one before
// it has ended, and times the end of all.
func links(n int) (worker.Result, error) {
	first := make(chan struct{})
	before := first
	ready, ended := worker.NewTally(n), worker.NewTally(n)
	for range n {
		link := make(chan struct{})
		go func(before <-chan struct{}) {
			ready.Done(nil)
			<-before
			ended.Done(nil)
			close(link)
		}(before)
		before = link
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	close(first)
	err := ended.Wait()
	return meter.Stop(n), err
}
