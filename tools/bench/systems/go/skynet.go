package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

// skynet grows a tree of goroutines, ten children each, until there are n
// leaves; each leaf sends its number up and each node the sum of its children.
func skynet(n int) (worker.Result, error) {
	meter := worker.Start()
	root := make(chan worker.Message, 1)
	go grow(root, 0, n)
	sum := <-root
	return meter.Stop(n), worker.Equal("sum of the leaves", sum.Seq, worker.LeafSum(n))
}

// grow is the subtree with size leaves, numbered from first.
func grow(parent chan<- worker.Message, first, size int) {
	if size == 1 {
		parent <- worker.NewMessage(int64(first))
		return
	}
	children := make(chan worker.Message, 10)
	parts := worker.Split(first, size)
	for _, part := range parts {
		go grow(children, part.First, part.Size)
	}
	var sum int64
	for range parts {
		sum += (<-children).Seq
	}
	parent <- worker.NewMessage(sum)
}
