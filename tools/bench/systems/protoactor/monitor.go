package main

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// watcher watches the target and counts its end.
type watcher struct {
	target      *actor.PID
	ready, told *worker.Tally
}

func (w *watcher) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		ctx.Watch(w.target)
		w.ready.Done(nil)
	case *actor.Terminated:
		w.told.Done(worker.Equal("actor that is terminated", m.Who.Id, w.target.Id))
	}
}

// target stops when it is told to.
type target struct{}

func (target) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(begin); ok {
		ctx.Stop(ctx.Self())
	}
}

// monitor has n actors watch one, and times how long it takes until all of
// them know that it has ended.
func monitor(n int) (worker.Result, error) {
	root := newSystem().Root
	watched := root.Spawn(busy(target{}))
	ready, told := worker.NewTally(n), worker.NewTally(n)
	for range n {
		root.Spawn(small(&watcher{target: watched, ready: ready, told: told}))
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	root.Send(watched, begin{})
	err := told.Wait()
	return meter.Stop(n), err
}
