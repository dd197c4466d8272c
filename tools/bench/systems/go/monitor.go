package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

// monitor has n goroutines watch one by its done channel, and times how long
// it takes until all of them know that it has ended.
func monitor(n int) (worker.Result, error) {
	die, dead := make(chan struct{}), make(chan struct{})
	go func() {
		<-die
		close(dead)
	}()
	ready, told := worker.NewTally(n), worker.NewTally(n)
	for range n {
		go func() {
			ready.Done(nil)
			<-dead
			told.Done(nil)
		}()
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	close(die)
	err := told.Wait()
	return meter.Stop(n), err
}
