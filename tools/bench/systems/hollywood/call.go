package main

import (
	"time"

	"github.com/anthdm/hollywood/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// client calls the server n times, waiting at most five seconds each time.
type client struct {
	server *actor.PID
	n      int
	done   chan<- error
}

func (c *client) Receive(ctx *actor.Context) {
	if _, ok := ctx.Message().(begin); ok {
		c.done <- c.calls(ctx)
	}
}

func (c *client) calls(ctx *actor.Context) error {
	var seq int64
	for range c.n {
		answer, err := ctx.Request(c.server, worker.NewMessage(seq), 5*time.Second).Result()
		if err != nil {
			return err
		}
		seq = answer.(worker.Message).Seq
	}
	return worker.Equal("answers", seq, int64(c.n))
}

type server struct{}

func (server) Receive(ctx *actor.Context) {
	if m, ok := ctx.Message().(worker.Message); ok {
		ctx.Respond(worker.NewMessage(m.Seq + 1))
	}
}

func call(n int) (worker.Result, error) {
	engine, err := newEngine()
	if err != nil {
		return worker.Result{}, err
	}
	callee := spawnBusy(engine, server{}, "server")
	done := make(chan error, 1)
	caller := spawnBusy(engine, &client{server: callee, n: n, done: done}, "client")

	meter := worker.Start()
	engine.Send(caller, begin{})
	err = <-done
	return meter.Stop(n), err
}
