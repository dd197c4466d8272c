package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

// idle weighs n goroutines that wait for a message, each on its own channel,
// and then sends one to each to see that they are all there.
func idle(n int) (worker.Result, error) {
	mailboxes := make([]chan worker.Message, n)
	ready, answered := worker.NewTally(n), worker.NewTally(n)
	result, err := worker.Weigh(n, func() error {
		for i := range mailboxes {
			mailboxes[i] = make(chan worker.Message)
			go wait(mailboxes[i], ready, answered)
		}
		return ready.Wait()
	})
	if err != nil {
		return worker.Result{}, err
	}
	for _, mailbox := range mailboxes {
		mailbox <- worker.NewMessage(1)
	}
	return result, answered.Wait()
}

func wait(mailbox <-chan worker.Message, ready, answered *worker.Tally) {
	ready.Done(nil)
	m := <-mailbox
	answered.Done(worker.Equal("message", m.Seq, 1))
}
