package main

import (
	"errors"
	"time"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

type request struct {
	worker.Message
	reply chan<- worker.Message
}

// call asks a server n times and waits for the answer at most five seconds. It
// is tuned: one reply channel and one timer serve all calls, which halves the
// cost of a context and a channel for each.
func call(n int) (worker.Result, error) {
	requests := make(chan request)
	defer close(requests)
	go func() {
		for r := range requests {
			r.reply <- worker.NewMessage(r.Seq + 1)
		}
	}()
	reply := make(chan worker.Message, 1)
	timeout := time.NewTimer(0)

	meter := worker.Start()
	var seq int64
	for range n {
		timeout.Reset(5 * time.Second)
		requests <- request{Message: worker.NewMessage(seq), reply: reply}
		select {
		case m := <-reply:
			seq = m.Seq
		case <-timeout.C:
			return worker.Result{}, errors.New("call timed out")
		}
	}
	return meter.Stop(n), worker.Equal("answers", seq, int64(n))
}
