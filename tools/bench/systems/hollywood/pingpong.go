package main

import (
	"github.com/anthdm/hollywood/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// ping sends the next message when the last one has come back, last times.
type ping struct {
	pong *actor.PID
	last int64
	done chan struct{}
}

func (p *ping) Receive(ctx *actor.Context) {
	switch m := ctx.Message().(type) {
	case begin:
		ctx.Send(p.pong, worker.NewMessage(0))
	case worker.Message:
		if m.Seq == p.last {
			close(p.done)
			return
		}
		ctx.Send(p.pong, worker.NewMessage(m.Seq))
	}
}

// pong answers each message with the next number.
type pong struct{}

func (pong) Receive(ctx *actor.Context) {
	if m, ok := ctx.Message().(worker.Message); ok {
		ctx.Send(ctx.Sender(), worker.NewMessage(m.Seq+1))
	}
}

func pingpong(n int) (worker.Result, error) {
	engine, err := newEngine()
	if err != nil {
		return worker.Result{}, err
	}
	done := make(chan struct{})
	back := spawnBusy(engine, pong{}, "pong")
	there := spawnBusy(engine, &ping{pong: back, last: int64(n), done: done}, "ping")

	meter := worker.Start()
	engine.Send(there, begin{})
	<-done
	return meter.Stop(n), nil
}
