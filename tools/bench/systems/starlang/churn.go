package main

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// churn has processes set n monitors on one of another node, cuts the connection, waits
// until all have been told, and makes the connection and the monitors anew, twice.
func churn(n int) (worker.Result, error) {
	far, err := startFar(0, 0)
	if err != nil {
		return worker.Result{}, err
	}
	rt, target, err := far.near.Runtime(), pid.PID{}, error(nil)
	ctx := context.Background()
	if target, err = far.find(ctx, echoName); err != nil {
		return worker.Result{}, err
	}
	watching, told := worker.NewTally(worker.Watchers), worker.NewTally(worker.Watchers)
	watchers, err := spawnMany(rt, worker.Watchers, func(i int) runtime.Body {
		return func(ctx *runtime.Context) error {
			for {
				if _, err := runtime.Receive[begin](ctx); err != nil {
					return err
				}
				portion := worker.Portion(n, worker.Watchers, i)
				for range portion {
					ctx.Monitor(target)
				}
				watching.Done(nil)
				told.Done(receiveLost(ctx, target, portion))
			}
		}
	})
	if err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	for round := range worker.Rounds {
		if round > 0 {
			watching, told = worker.NewTally(worker.Watchers), worker.NewTally(worker.Watchers)
			if err := far.near.Connect(ctx, far.process.Addr); err != nil {
				return worker.Result{}, err
			}
		}
		if err := sendAll(rt, watchers, begin{}); err != nil {
			return worker.Result{}, err
		}
		if err := watching.Wait(); err != nil {
			return worker.Result{}, err
		}
		if was, err := far.near.Disconnect(ctx, far.process.Addr); err != nil || !was {
			return worker.Result{}, worker.Equal("connected", was, true)
		}
		if err := told.Wait(); err != nil {
			return worker.Result{}, err
		}
	}
	result := meter.Stop(n)
	return result, far.process.Close()
}

// receiveLost receives n notes that the target cannot be reached any more.
func receiveLost(ctx *runtime.Context, target pid.PID, n int) error {
	seen := make(map[pid.Ref]bool, n)
	for range n {
		down, err := runtime.Receive[signal.Down](ctx)
		if err != nil {
			return err
		}
		if err := worker.Equal("reason", down.Reason, signal.NoConnection); err != nil {
			return err
		}
		seen[down.Ref] = true
	}
	return worker.Equal("monitors that were told", len(seen), n)
}
