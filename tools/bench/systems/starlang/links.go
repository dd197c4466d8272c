package main

import (
	"log/slog"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// links builds a chain of n processes, each linked to the one before it, has
// the first one die, and times the death of all.
func links(n int) (worker.Result, error) {
	// These processes fail on purpose, so their failures are not reported.
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
	ready, ended := worker.NewTally(n), worker.NewTally(n)
	var first, before pid.PID
	for range n {
		p, err := rt.Spawn(chained(before, ready, ended))
		if err != nil {
			return worker.Result{}, err
		}
		if first.IsZero() {
			first = p
		}
		before = p
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := rt.Exit(first, signal.Error("failure")); err != nil {
		return worker.Result{}, err
	}
	err := ended.Wait()
	waitEmpty(rt)
	return meter.Stop(n), err
}

// chained links itself to the process before it, if there is one, and waits
// for its end.
func chained(before pid.PID, ready, ended *worker.Tally) runtime.Body {
	return func(ctx *runtime.Context) error {
		var err error
		if !before.IsZero() {
			err = ctx.Link(before)
		}
		ready.Done(err)
		_, err = ctx.Recv()
		ended.Done(nil)
		return err
	}
}
