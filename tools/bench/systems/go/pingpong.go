package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

// pingpong sends a message to and fro over two unbuffered channels, which hand
// a message over faster than buffered ones.
func pingpong(n int) (worker.Result, error) {
	there, back := make(chan worker.Message), make(chan worker.Message)
	go func() {
		for m := range there {
			back <- worker.NewMessage(m.Seq + 1)
		}
	}()
	defer close(there)

	meter := worker.Start()
	var seq int64
	for range n {
		there <- worker.NewMessage(seq)
		seq = (<-back).Seq
	}
	return meter.Stop(n), worker.Equal("round trips", seq, int64(n))
}
