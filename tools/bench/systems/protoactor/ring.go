package main

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// hop passes the token on to the next actor, until it has made last hops.
type hop struct {
	next *actor.PID
	last int64
	done chan<- int64
}

func (h *hop) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case partner:
		h.next = m.pid
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
	root := newSystem().Root
	done := make(chan int64, 1)
	last := root.Spawn(busy(&hop{last: int64(n), done: done}))
	next := last
	for range worker.RingSize(n) - 1 {
		next = root.Spawn(busy(&hop{next: next, last: int64(n), done: done}))
	}
	root.Send(last, partner{pid: next})

	meter := worker.Start()
	root.Send(next, worker.NewMessage(1))
	hops := <-done
	return meter.Stop(n), worker.Equal("hops", hops, int64(n))
}
