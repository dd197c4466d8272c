package main

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// ring passes one token n times along a ring of processes.
func ring(n int) (worker.Result, error) {
	rt := newRuntime()
	done := make(chan int64, 1)
	ring := make([]pid.PID, worker.RingSize(n))
	// The ring is complete before the token sets out, so a process may look up
	// its neighbour when it starts to pass the token on.
	next := func(i int) pid.PID { return ring[(i+1)%len(ring)] }
	for i := range ring {
		p, err := rt.Spawn(func(ctx *runtime.Context) error { return hops(ctx, i, next, int64(n), done) })
		if err != nil {
			return worker.Result{}, err
		}
		ring[i] = p
	}
	meter := worker.Start()
	if err := rt.Send(context.Background(), ring[0], worker.NewMessage(1)); err != nil {
		return worker.Result{}, err
	}
	made := <-done
	return meter.Stop(n), worker.Equal("hops", made, int64(n))
}

// hops passes the token on until it has made last hops.
func hops(ctx *runtime.Context, i int, next func(int) pid.PID, last int64, done chan<- int64) error {
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		seq := m.Value().(worker.Message).Seq
		if seq == last {
			done <- seq
			return nil
		}
		if err := ctx.Send(next(i), worker.NewMessage(seq+1)); err != nil {
			return err
		}
	}
}
