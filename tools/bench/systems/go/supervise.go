package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

// child is a goroutine that ends when stop is closed.
type child struct{ stop chan struct{} }

// supervise starts n goroutines, stops all of them, has one that hears of their ends
// start each again, and stops them again.
func supervise(n int) (worker.Result, error) {
	children := make([]child, n)
	ended := make(chan int, buffer)
	start := func(i int) {
		stop := make(chan struct{})
		children[i] = child{stop}
		go func() {
			<-stop
			ended <- i
		}()
	}
	meter := worker.Start()
	for i := range children {
		start(i)
	}
	before := make([]child, n)
	copy(before, children)
	go stopAll(before)
	for range n {
		start(<-ended)
	}
	restarted := 0
	for i := range children {
		if children[i] != before[i] {
			restarted++
		}
	}
	go stopAll(children)
	for range n {
		<-ended
	}
	return meter.Stop(n), worker.Equal("children after the restart", restarted, n)
}

func stopAll(children []child) {
	for _, c := range children {
		close(c.stop)
	}
}
