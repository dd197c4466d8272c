package main

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// ping sends the next message when the last one has come back, last times.
type ping struct {
	pong *actor.PID
	last int64
	done chan struct{}
}

func (p *ping) Receive(ctx actor.Context) {
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

// partner tells pong whom to answer, which is faster than to ask each message
// for its sender.
type partner struct{ pid *actor.PID }

// pong answers each message with the next number.
type pong struct{ ping *actor.PID }

func (p *pong) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case partner:
		p.ping = m.pid
	case worker.Message:
		ctx.Send(p.ping, worker.NewMessage(m.Seq+1))
	}
}

func pingpong(n int) (worker.Result, error) {
	root := newSystem().Root
	back := root.Spawn(busy(&pong{}))
	done := make(chan struct{})
	there := root.Spawn(busy(&ping{pong: back, last: int64(n), done: done}))
	root.Send(back, partner{pid: there})

	meter := worker.Start()
	root.Send(there, begin{})
	<-done
	return meter.Stop(n), nil
}
