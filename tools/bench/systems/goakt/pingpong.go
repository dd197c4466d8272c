package main

import (
	"github.com/tochemey/goakt/v4/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// ping sends the next message when the last one has come back, last times.
type ping struct {
	base
	pong *actor.PID
	last int64
	done chan struct{}
}

func (p *ping) Receive(ctx *actor.ReceiveContext) {
	switch m := ctx.Message().(type) {
	case begin:
		ctx.Tell(p.pong, worker.NewMessage(0))
	case worker.Message:
		if m.Seq == p.last {
			close(p.done)
			return
		}
		ctx.Tell(p.pong, worker.NewMessage(m.Seq))
	}
}

// pong answers each message with the next number.
type pong struct{ base }

func (pong) Receive(ctx *actor.ReceiveContext) {
	if m, ok := ctx.Message().(worker.Message); ok {
		ctx.Tell(ctx.Sender(), worker.NewMessage(m.Seq+1))
	}
}

func pingpong(n int) (worker.Result, error) {
	system, err := newSystem()
	if err != nil {
		return worker.Result{}, err
	}
	back, err := spawnActor(system, "pong", pong{})
	if err != nil {
		return worker.Result{}, err
	}
	done := make(chan struct{})
	there, err := spawnActor(system, "ping", &ping{pong: back, last: int64(n), done: done})
	if err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := tell([]*actor.PID{there}, begin{}); err != nil {
		return worker.Result{}, err
	}
	<-done
	return meter.Stop(n), nil
}
