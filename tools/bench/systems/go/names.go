package main

import (
	"fmt"
	"sync"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// names puts n channels into a sync.Map under their names, looks all of them up in no
// order of memory, and takes them out again.
func names(n int) (worker.Result, error) {
	mailboxes := make([]chan worker.Message, n)
	for i := range mailboxes {
		mailboxes[i] = make(chan worker.Message, 1)
	}
	names, order := worker.Names(n*worker.PerName), worker.Order(n)
	var table sync.Map
	meter := worker.Start()
	for i, name := range names {
		if _, taken := table.LoadOrStore(name, mailboxes[i]); taken {
			return worker.Result{}, fmt.Errorf("%s is taken", name)
		}
	}
	for _, i := range order {
		if mailbox, ok := table.Load(names[i]); !ok || mailbox.(chan worker.Message) != mailboxes[i] {
			return worker.Result{}, fmt.Errorf("%s is not what it was", names[i])
		}
	}
	for _, name := range names {
		if _, ok := table.LoadAndDelete(name); !ok {
			return worker.Result{}, fmt.Errorf("%s is free", name)
		}
	}
	result := meter.Stop(n)
	left := 0
	table.Range(func(any, any) bool { left++; return true })
	return result, worker.Equal("number of names", left, 0)
}
