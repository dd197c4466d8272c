package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

// overblock waits for room in a channel.
func overblock(n int) (worker.Result, error) {
	return overload(n, func(mailbox chan worker.Message, m worker.Message) int64 {
		mailbox <- m
		return 0
	})
}

// overreject and overnewest leave out what there is no room for: with a channel a
// message that is refused and one that is dropped are the same.
func overreject(n int) (worker.Result, error) { return overload(n, try) }
func overnewest(n int) (worker.Result, error) { return overload(n, try) }

func try(mailbox chan worker.Message, m worker.Message) (dropped int64) {
	select {
	case mailbox <- m:
		return 0
	default:
		return 1
	}
}

// overoldest takes the oldest message out if there is no room.
func overoldest(n int) (worker.Result, error) {
	return overload(n, func(mailbox chan worker.Message, m worker.Message) (dropped int64) {
		for try(mailbox, m) != 0 {
			select {
			case <-mailbox:
				dropped++
			default:
			}
		}
		return dropped
	})
}

// overload has several goroutines send n messages altogether to one that is slower than
// they are. Each message must have been handled or dropped.
func overload(n int, send func(chan worker.Message, worker.Message) (dropped int64)) (worker.Result, error) {
	mailbox := make(chan worker.Message, worker.Room)
	sent, handled := worker.NewTally(worker.Flooders), make(chan int64, 1)
	go func() {
		var sum, n int64
		for m := range mailbox {
			sum += worker.Work(m.Seq)
			n++
		}
		if worker.Different("the work", sum, 0) != nil {
			n = -1
		}
		handled <- n
	}()
	dropped := make([]int64, worker.Flooders)
	meter := worker.Start()
	for i := range worker.Flooders {
		go func() {
			for seq := range int64(n / worker.Flooders) {
				dropped[i] += send(mailbox, worker.NewMessage(seq+1))
			}
			sent.Done(nil)
		}()
	}
	if err := sent.Wait(); err != nil {
		return worker.Result{}, err
	}
	close(mailbox)
	done := <-handled
	result := meter.Stop(n).WithHandled(done)
	for _, d := range dropped {
		done += d
	}
	return result, worker.Equal("handled and dropped messages", done, int64(n))
}
