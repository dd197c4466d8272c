package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// client calls the server n times, waiting at most five seconds each time.
type client struct {
	server *actor.PID
	n      int
	done   chan<- error
}

func (c *client) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(begin); ok {
		c.done <- c.calls(ctx)
	}
}

func (c *client) calls(ctx actor.Context) error {
	var seq int64
	for range c.n {
		answer, err := ctx.RequestFuture(c.server, worker.NewMessage(seq), 5*time.Second).Result()
		if err != nil {
			return err
		}
		seq = answer.(worker.Message).Seq
	}
	return worker.Equal("answers", seq, int64(c.n))
}

type server struct{}

func (server) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(worker.Message); ok {
		ctx.Respond(worker.NewMessage(m.Seq + 1))
	}
}

func call(n int) (worker.Result, error) {
	root := newSystem().Root
	callee := root.Spawn(busy(server{}))
	done := make(chan error, 1)
	caller := root.Spawn(busy(&client{server: callee, n: n, done: done}))

	meter := worker.Start()
	root.Send(caller, begin{})
	err := <-done
	return meter.Stop(n), err
}
