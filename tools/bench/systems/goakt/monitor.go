package main

import (
	"github.com/tochemey/goakt/v4/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// watcher watches the target and counts its end. It cannot watch when it is
// started, since an actor is entered into the tree of watchers after that.
type watcher struct {
	base
	target      *actor.PID
	ready, told *worker.Tally
}

func (w *watcher) Receive(ctx *actor.ReceiveContext) {
	switch m := ctx.Message().(type) {
	case begin:
		ctx.Watch(w.target)
		w.ready.Done(nil)
	case *actor.Terminated:
		w.told.Done(worker.Equal("actor that is terminated", m.ActorPath().Name(), w.target.Name()))
	}
}

// target stops when it is told to.
type target struct{ base }

func (target) Receive(ctx *actor.ReceiveContext) {
	if _, ok := ctx.Message().(begin); ok {
		ctx.Shutdown()
	}
}

// monitor has n actors watch one, and times how long it takes until all of
// them know that it has ended.
func monitor(n int) (worker.Result, error) {
	system, err := newSystem()
	if err != nil {
		return worker.Result{}, err
	}
	watched, err := spawnActor(system, "target", target{})
	if err != nil {
		return worker.Result{}, err
	}
	ready, told := worker.NewTally(n), worker.NewTally(n)
	watchers, err := spawnMany(system, "watcher", n, func(int) actor.Actor {
		return &watcher{target: watched, ready: ready, told: told}
	})
	if err != nil {
		return worker.Result{}, err
	}
	if err := tell(watchers, begin{}); err != nil {
		return worker.Result{}, err
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := tell([]*actor.PID{watched}, begin{}); err != nil {
		return worker.Result{}, err
	}
	err = told.Wait()
	return meter.Stop(n), err
}
