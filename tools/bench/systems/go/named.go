package main

import (
	"errors"
	"sync"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// named sends n messages round and round to channels that are looked up by
// name in a sync.Map, a goroutine behind each.
func named(n int) (worker.Result, error) {
	names := worker.Names(n)
	served := worker.NewTally(len(names))
	var table sync.Map
	for _, name := range names {
		mailbox := make(chan worker.Message, worker.PerName)
		table.Store(name, mailbox)
		go func() {
			count := receive(mailbox, worker.PerName)
			served.Done(count.Check(1, worker.PerName, len(worker.Text)))
		}()
	}
	worker.Shuffle(names)
	meter := worker.Start()
	for lap := range worker.PerName {
		for _, name := range names {
			mailbox, ok := table.Load(name)
			if !ok {
				return worker.Result{}, errors.New("no such name: " + name)
			}
			mailbox.(chan worker.Message) <- worker.NewMessage(int64(lap) + 1)
		}
	}
	err := served.Wait()
	return meter.Stop(n), err
}
