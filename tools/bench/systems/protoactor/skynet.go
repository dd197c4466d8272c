package main

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// branch is a node or a leaf of the tree. A leaf sends its number to its
// parent, a node the sum of its children.
type branch struct {
	part     worker.Part
	parent   *actor.PID
	root     chan<- int64 // nil for all but the root
	children int
	sum      int64
}

func (b *branch) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		b.grow(ctx)
	case worker.Message:
		b.sum += m.Seq
		if b.children--; b.children == 0 {
			b.report(ctx, b.sum)
		}
	}
}

func (b *branch) grow(ctx actor.Context) {
	if b.part.Size == 1 {
		b.report(ctx, int64(b.part.First))
		return
	}
	parts := worker.Split(b.part.First, b.part.Size)
	b.children = len(parts)
	for _, part := range parts {
		ctx.ActorSystem().Root.Spawn(small(&branch{part: part, parent: ctx.Self()}))
	}
}

func (b *branch) report(ctx actor.Context, sum int64) {
	if b.root != nil {
		b.root <- sum
		return
	}
	ctx.Send(b.parent, worker.NewMessage(sum))
}

// skynet grows a tree of actors with n leaves and adds these up. The actors
// stay, and know their parents but not their children: both cost less than the
// other way.
func skynet(n int) (worker.Result, error) {
	root := newSystem().Root
	sum := make(chan int64, 1)
	meter := worker.Start()
	root.Spawn(small(&branch{part: worker.Part{Size: n}, root: sum}))
	total := <-sum
	return meter.Stop(n), worker.Equal("sum of the leaves", total, worker.LeafSum(n))
}
