package main

import (
	"context"
	"time"

	"github.com/tochemey/goakt/v4/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

type server struct{ base }

func (server) Receive(ctx *actor.ReceiveContext) {
	if m, ok := ctx.Message().(worker.Message); ok {
		ctx.Response(worker.NewMessage(m.Seq + 1))
	}
}

// call asks a server n times, in the name of another actor and waiting at most
// five seconds each time.
func call(n int) (worker.Result, error) {
	system, err := newSystem()
	if err != nil {
		return worker.Result{}, err
	}
	callee, err := spawnActor(system, "server", server{})
	if err != nil {
		return worker.Result{}, err
	}
	caller, err := spawnActor(system, "client", sender{})
	if err != nil {
		return worker.Result{}, err
	}
	ctx := context.Background()
	meter := worker.Start()
	var seq int64
	for range n {
		answer, err := caller.Ask(ctx, callee, worker.NewMessage(seq), 5*time.Second)
		if err != nil {
			return worker.Result{}, err
		}
		seq = answer.(worker.Message).Seq
	}
	return meter.Stop(n), worker.Equal("answers", seq, int64(n))
}
