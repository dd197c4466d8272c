package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

func send1(n int) (worker.Result, error)  { return send(n, 1, 1) }
func send8(n int) (worker.Result, error)  { return send(n, 8, 1) }
func pairs4(n int) (worker.Result, error) { return send(n, 4, 4) }

// send has senders goroutines send n messages altogether, evenly to receivers
// goroutines.
func send(n, senders, receivers int) (worker.Result, error) {
	each, perReceiver := n/senders, senders/receivers
	served := worker.NewTally(receivers)
	mailboxes := make([]chan worker.Message, receivers)
	for i := range mailboxes {
		mailboxes[i] = make(chan worker.Message, buffer)
		go func() {
			count := receive(mailboxes[i], each*perReceiver)
			served.Done(count.Check(perReceiver, each, len(worker.Text)))
		}()
	}
	meter := worker.Start()
	for i := range senders {
		go func() {
			for seq := range each {
				mailboxes[i%receivers] <- worker.NewMessage(int64(seq) + 1)
			}
		}()
	}
	err := served.Wait()
	return meter.Stop(n), err
}

// receive handles n messages.
func receive(mailbox <-chan worker.Message, n int) worker.Count {
	var count worker.Count
	for range n {
		m := <-mailbox
		count.Add(m.Seq, m.Text)
	}
	return count
}
