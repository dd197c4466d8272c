package main

import (
	"github.com/anthdm/hollywood/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// hop passes the token on to the next actor, until it has made last hops.
type hop struct {
	next *actor.PID
	last int64
	done chan<- int64
}

// link tells the last actor of the ring which one is the first.
type link struct{ next *actor.PID }

func (h *hop) Receive(ctx *actor.Context) {
	switch m := ctx.Message().(type) {
	case link:
		h.next = m.next
	case worker.Message:
		if m.Seq == h.last {
			h.done <- m.Seq
			return
		}
		ctx.Send(h.next, worker.NewMessage(m.Seq+1))
	}
}

// ring passes one token n times along a ring of actors.
func ring(n int) (worker.Result, error) {
	engine, err := newEngine()
	if err != nil {
		return worker.Result{}, err
	}
	done := make(chan int64, 1)
	last := spawnSmall(engine, &hop{last: int64(n), done: done}, 0)
	next := last
	for i := range worker.RingSize(n) - 1 {
		next = spawnSmall(engine, &hop{next: next, last: int64(n), done: done}, i+1)
	}
	engine.Send(last, link{next: next})

	meter := worker.Start()
	engine.Send(next, worker.NewMessage(1))
	hops := <-done
	return meter.Stop(n), worker.Equal("hops", hops, int64(n))
}
