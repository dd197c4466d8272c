package main

import (
	"context"
	"strings"
	"time"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func large1m(n int) (worker.Result, error) {
	return remoteSend(n, 1, strings.Repeat("x", worker.Large1M), "")
}

func large64m(n int) (worker.Result, error) {
	return remoteSend(n, 1, strings.Repeat("x", worker.Large64M), "")
}

// largelat measures n round trips while another process sends messages of 1 MiB to the
// same node, as fast as it can.
func largelat(n int) (worker.Result, error) {
	far, err := startFar(1, 1<<40) // it counts and never reports
	if err != nil {
		return worker.Result{}, err
	}
	rt := far.near.Runtime()
	flooding, sent := worker.NewTally(1), 0
	stop, stopped := make(chan struct{}), make(chan error, 1)
	_, err = rt.Spawn(func(ctx *runtime.Context) error {
		to, err := far.greet(ctx, counterName(0))
		body := strings.Repeat("x", worker.Large1M)
		if err == nil {
			err = ctx.Send(to, payload{Body: body})
		}
		flooding.Done(err)
		for err == nil {
			select {
			case <-stop:
				stopped <- worker.Different("number of large messages", sent, 0)
				return nil
			default:
			}
			err = ctx.Send(to, payload{Body: body})
			sent++
		}
		stopped <- err
		return err
	})
	if err != nil {
		return worker.Result{}, err
	}
	if err := flooding.Wait(); err != nil {
		return worker.Result{}, err
	}
	var result worker.Result
	err = rt.Run(context.Background(), func(ctx *runtime.Context) error {
		to, err := far.greet(ctx, echoName)
		if err != nil {
			return err
		}
		each := make([]time.Duration, n)
		meter := worker.Start()
		for i := range each {
			if each[i], err = roundTrip(ctx, to, int64(i)); err != nil {
				return err
			}
		}
		result = meter.Stop(n).WithLatencies(each)
		close(stop)
		return <-stopped
	})
	if err != nil {
		return worker.Result{}, err
	}
	return result, far.process.Close()
}
