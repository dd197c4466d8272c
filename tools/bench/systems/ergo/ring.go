package main

import (
	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// hop passes the token on to the next actor, until it has made last hops.
type hop struct {
	act.Actor
	next gen.PID
	last int64
	done chan<- int64
}

// link tells the last actor of the ring which one is the first.
type link struct{ next gen.PID }

func (h *hop) HandleMessage(_ gen.PID, message any) error {
	switch m := message.(type) {
	case link:
		h.next = m.next
	case worker.Message:
		if m.Seq == h.last {
			h.done <- m.Seq
			return nil
		}
		return h.SendPID(h.next, worker.NewMessage(m.Seq+1))
	}
	return nil
}

// ring passes one token n times along a ring of actors.
func ring(n int) (worker.Result, error) {
	node, err := startNode()
	if err != nil {
		return worker.Result{}, err
	}
	done := make(chan int64, 1)
	var last, next gen.PID
	for i := range worker.RingSize(n) {
		if next, err = spawnActor(node, &hop{next: next, last: int64(n), done: done}); err != nil {
			return worker.Result{}, err
		}
		if i == 0 {
			last = next
		}
	}
	if err := node.Send(last, link{next: next}); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := node.Send(next, worker.NewMessage(1)); err != nil {
		return worker.Result{}, err
	}
	hops := <-done
	return meter.Stop(n), worker.Equal("hops", hops, int64(n))
}
