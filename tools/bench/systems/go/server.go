package main

import (
	"errors"
	"sync"
	"time"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// server has callers ask one goroutine, each with a reply channel and a timer of its
// own.
func server(n int) (worker.Result, error) {
	requests := make(chan request, worker.Callers)
	counted := make(chan worker.Count, 1)
	go func() {
		var count worker.Count
		for r := range requests {
			count.Add(r.Seq, r.Text)
			r.reply <- worker.NewMessage(r.Seq + 1)
		}
		counted <- count
	}()
	return askAll(n, func(r request) { requests <- r }, func() worker.Count {
		close(requests)
		return <-counted
	})
}

// serverhib is a server that has no goroutine while nobody asks: a lock guards its state,
// and each request is handled in a goroutine that ends with it.
func serverhib(n int) (worker.Result, error) {
	var mu sync.Mutex
	var count worker.Count
	handle := func(r request) {
		mu.Lock()
		count.Add(r.Seq, r.Text)
		mu.Unlock()
		r.reply <- worker.NewMessage(r.Seq + 1)
	}
	return askAll(n, func(r request) { go handle(r) }, func() worker.Count {
		mu.Lock()
		defer mu.Unlock()
		return count
	})
}

// askAll has callers make n requests altogether, each of which waits for its answer at
// most five seconds.
func askAll(n int, ask func(request), total func() worker.Count) (worker.Result, error) {
	each := n / worker.Callers
	done := worker.NewTally(worker.Callers)
	meter := worker.Start()
	for range worker.Callers {
		go func() { done.Done(askMany(each, ask)) }()
	}
	if err := done.Wait(); err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n)
	return result, total().Check(worker.Callers, each, len(worker.Text))
}

func askMany(n int, ask func(request)) error {
	reply := make(chan worker.Message, 1)
	timeout := time.NewTimer(0)
	for seq := int64(1); seq <= int64(n); seq++ {
		timeout.Reset(5 * time.Second)
		ask(request{Message: worker.NewMessage(seq), reply: reply})
		select {
		case m := <-reply:
			if err := worker.Equal("answer", m.Seq, seq+1); err != nil {
				return err
			}
		case <-timeout.C:
			return errors.New("call timed out")
		}
	}
	return nil
}

// cast sends a goroutine n requests that it does not answer, and then one that it does.
func cast(n int) (worker.Result, error) {
	requests := make(chan request, buffer)
	defer close(requests)
	var count worker.Count
	go func() {
		for r := range requests {
			if r.reply != nil {
				r.reply <- worker.Message{}
				continue
			}
			count.Add(r.Seq, r.Text)
		}
	}()
	meter := worker.Start()
	for seq := int64(1); seq <= int64(n); seq++ {
		requests <- request{Message: worker.NewMessage(seq)}
	}
	reply := make(chan worker.Message)
	requests <- request{reply: reply}
	<-reply
	return meter.Stop(n), count.Check(1, n, len(worker.Text))
}
