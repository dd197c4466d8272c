package main

import (
	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// ping sends the next message when the last one has come back, last times.
type ping struct {
	act.Actor
	pong gen.PID
	last int64
	done chan struct{}
}

func (p *ping) HandleMessage(_ gen.PID, message any) error {
	var seq int64
	if m, ok := message.(worker.Message); ok {
		seq = m.Seq
	}
	if seq == p.last {
		close(p.done)
		return nil
	}
	return p.SendPID(p.pong, worker.NewMessage(seq))
}

// pong answers each message with the next number.
type pong struct{ act.Actor }

func (p *pong) HandleMessage(from gen.PID, message any) error {
	return p.SendPID(from, worker.NewMessage(message.(worker.Message).Seq+1))
}

func pingpong(n int) (worker.Result, error) {
	node, err := startNode()
	if err != nil {
		return worker.Result{}, err
	}
	back, err := spawnActor(node, &pong{})
	if err != nil {
		return worker.Result{}, err
	}
	done := make(chan struct{})
	there, err := spawnActor(node, &ping{pong: back, last: int64(n), done: done})
	if err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := node.Send(there, begin{}); err != nil {
		return worker.Result{}, err
	}
	<-done
	return meter.Stop(n), nil
}
