package main

import (
	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// client calls the server n times, waiting at most five seconds each time.
type client struct {
	act.Actor
	server gen.PID
	n      int
	done   chan<- error
}

func (c *client) HandleMessage(gen.PID, any) error {
	c.done <- c.calls()
	return nil
}

func (c *client) calls() error {
	var seq int64
	for range c.n {
		answer, err := c.CallPID(c.server, worker.NewMessage(seq), 5)
		if err != nil {
			return err
		}
		seq = answer.(worker.Message).Seq
	}
	return worker.Equal("answers", seq, int64(c.n))
}

type server struct{ act.Actor }

func (s *server) HandleCall(_ gen.PID, _ gen.Ref, request any) (any, error) {
	return worker.NewMessage(request.(worker.Message).Seq + 1), nil
}

func call(n int) (worker.Result, error) {
	node, err := startNode()
	if err != nil {
		return worker.Result{}, err
	}
	callee, err := spawnActor(node, &server{})
	if err != nil {
		return worker.Result{}, err
	}
	done := make(chan error, 1)
	caller, err := spawnActor(node, &client{server: callee, n: n, done: done})
	if err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := node.Send(caller, begin{}); err != nil {
		return worker.Result{}, err
	}
	err = <-done
	return meter.Stop(n), err
}
