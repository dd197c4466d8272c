package main

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// supervise starts n children of a supervisor, kills all of them, waits until all have
// been started again, and stops the supervisor with them.
func supervise(n int) (worker.Result, error) {
	// Children are killed on purpose, so their failures are not reported.
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
	ctx := runtime.NewContext(context.Background(), rt)
	first, again := worker.NewTally(n), worker.NewTally(n)
	started := first
	body := supervisor.Body(func(ctx *runtime.Context) error {
		_, err := ctx.Recv()
		return err
	})
	meter := worker.Start()
	sup, err := supervisor.Start(ctx, rt, supervisor.Spec{
		Strategy:  supervisor.Dynamic,
		Intensity: math.MaxInt32,
		Period:    time.Second,
		Template: supervisor.NewTemplate(supervisor.ChildSpec{ID: "child"}, func(ctx context.Context, _ int) (pid.PID, error) {
			p, err := body(ctx)
			started.Done(err)
			return p, err
		}),
	})
	if err != nil {
		return worker.Result{}, err
	}
	pids := make([]pid.PID, n)
	for i := range pids {
		if pids[i], err = supervisor.StartInstance(ctx, sup, i); err != nil {
			return worker.Result{}, err
		}
	}
	if err := first.Wait(); err != nil {
		return worker.Result{}, err
	}
	started = again // all have been started, so the supervisor's goroutines do not read it now
	for _, p := range pids {
		if err := rt.Exit(p, signal.Kill); err != nil {
			return worker.Result{}, err
		}
	}
	if err := again.Wait(); err != nil {
		return worker.Result{}, err
	}
	restarted, err := supervisor.CountChildren(ctx, sup)
	if err != nil {
		return worker.Result{}, err
	}
	if err := rt.Exit(sup, signal.Shutdown); err != nil {
		return worker.Result{}, err
	}
	waitEmpty(rt)
	return meter.Stop(n), worker.Equal("children after the restart", restarted.Active, n)
}
