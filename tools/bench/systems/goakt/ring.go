package main

import (
	"github.com/tochemey/goakt/v4/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// hop passes the token on to the next actor, until it has made last hops.
type hop struct {
	base
	next *actor.PID
	last int64
	done chan<- int64
}

// link tells an actor of the ring which one is the next.
type link struct{ next *actor.PID }

func (h *hop) Receive(ctx *actor.ReceiveContext) {
	switch m := ctx.Message().(type) {
	case link:
		h.next = m.next
	case worker.Message:
		if m.Seq == h.last {
			h.done <- m.Seq
			return
		}
		ctx.Tell(h.next, worker.NewMessage(m.Seq+1))
	}
}

// ring passes one token n times along a ring of actors.
func ring(n int) (worker.Result, error) {
	system, err := newSystem()
	if err != nil {
		return worker.Result{}, err
	}
	done := make(chan int64, 1)
	hops, err := spawnMany(system, "hop", worker.RingSize(n), func(int) actor.Actor {
		return &hop{last: int64(n), done: done}
	})
	if err != nil {
		return worker.Result{}, err
	}
	for i := range hops {
		if err := tell(hops[i:i+1], link{next: hops[(i+1)%len(hops)]}); err != nil {
			return worker.Result{}, err
		}
	}
	meter := worker.Start()
	if err := tell(hops[:1], worker.NewMessage(1)); err != nil {
		return worker.Result{}, err
	}
	made := <-done
	return meter.Stop(n), worker.Equal("hops", made, int64(n))
}
