package main

import (
	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// watcher monitors the target and counts its end.
type watcher struct {
	act.Actor
	target      gen.PID
	ready, told *worker.Tally
}

func (w *watcher) HandleMessage(_ gen.PID, message any) error {
	switch m := message.(type) {
	case begin:
		w.ready.Done(w.MonitorPID(w.target))
	case gen.MessageDownPID:
		w.told.Done(worker.Equal("process that is down", m.PID, w.target))
	}
	return nil
}

// target ends with its first message.
type target struct{ act.Actor }

func (t *target) HandleMessage(gen.PID, any) error { return gen.TerminateReasonNormal }

// monitor has n actors watch one, and times how long it takes until all of
// them know that it has ended.
func monitor(n int) (worker.Result, error) {
	node, err := startNode()
	if err != nil {
		return worker.Result{}, err
	}
	watched, err := spawnActor(node, &target{})
	if err != nil {
		return worker.Result{}, err
	}
	ready, told := worker.NewTally(n), worker.NewTally(n)
	watchers, err := spawnMany(node, n, func(int) gen.ProcessBehavior {
		return &watcher{target: watched, ready: ready, told: told}
	})
	if err != nil {
		return worker.Result{}, err
	}
	if err := sendAll(node, watchers, begin{}); err != nil {
		return worker.Result{}, err
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := node.Send(watched, begin{}); err != nil {
		return worker.Result{}, err
	}
	err = told.Wait()
	return meter.Stop(n), err
}
