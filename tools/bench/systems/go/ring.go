package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

// ring passes one token n times along a ring of goroutines.
func ring(n int) (worker.Result, error) {
	mailboxes := make([]chan worker.Message, worker.RingSize(n))
	for i := range mailboxes {
		mailboxes[i] = make(chan worker.Message, 1)
	}
	done := make(chan int64, 1)
	for i, mailbox := range mailboxes {
		next := mailboxes[(i+1)%len(mailboxes)]
		go func() {
			for m := range mailbox {
				if m.Seq == int64(n) {
					done <- m.Seq
					return
				}
				next <- worker.NewMessage(m.Seq + 1)
			}
		}()
	}
	meter := worker.Start()
	mailboxes[0] <- worker.NewMessage(1)
	hops := <-done
	return meter.Stop(n), worker.Equal("hops", hops, int64(n))
}
