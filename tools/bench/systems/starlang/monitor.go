package main

import (
	"context"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// monitor has n processes watch one, and times how long it takes until all of
// them have been told that it has ended.
func monitor(n int) (worker.Result, error) {
	rt := newRuntime()
	target, err := rt.Spawn(func(ctx *runtime.Context) error {
		_, err := ctx.Recv()
		return err
	})
	if err != nil {
		return worker.Result{}, err
	}
	ready, told := worker.NewTally(n), worker.NewTally(n)
	_, err = spawnMany(rt, n, func(int) runtime.Body {
		return func(ctx *runtime.Context) error { return watch(ctx, target, ready, told) }
	})
	if err != nil {
		return worker.Result{}, err
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := rt.Send(context.Background(), target, begin{}); err != nil {
		return worker.Result{}, err
	}
	err = told.Wait()
	return meter.Stop(n), err
}

// watch monitors the target and waits for its end.
func watch(ctx *runtime.Context, target pid.PID, ready, told *worker.Tally) error {
	ref := ctx.Monitor(target)
	ready.Done(nil)
	m, err := ctx.Recv()
	if err == nil {
		down, ok := m.Value().(signal.Down)
		if !ok || down.Ref != ref || !down.Reason.IsNormal() {
			err = fmt.Errorf("received %v, want a Down", m.Value())
		}
	}
	told.Done(err)
	if err == nil {
		_, err = ctx.Recv() // it stays: its own end is not counted
	}
	return err
}
