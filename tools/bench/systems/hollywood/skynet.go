package main

import (
	"sync/atomic"

	"github.com/anthdm/hollywood/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// tree is what all branches share.
type tree struct {
	engine *actor.Engine
	actors atomic.Int64 // the last number that was given out
	sum    chan int64
}

// branch is a node or a leaf of the tree. A leaf sends its number to its
// parent, a node the sum of its children.
type branch struct {
	tree     *tree
	part     worker.Part
	parent   *actor.PID // nil for the root
	children int
	sum      int64
}

// Receive starts a leaf at once, and a node by a message: an actor handles
// Started in the goroutine of the one that spawns it, so that the whole tree
// would grow in one goroutine.
func (b *branch) Receive(ctx *actor.Context) {
	switch m := ctx.Message().(type) {
	case actor.Started:
		if b.part.Size == 1 {
			b.report(int64(b.part.First))
			return
		}
		ctx.Send(ctx.PID(), begin{})
	case begin:
		b.grow(ctx.PID())
	case worker.Message:
		b.sum += m.Seq
		if b.children--; b.children == 0 {
			b.report(b.sum)
		}
	}
}

func (b *branch) grow(self *actor.PID) {
	parts := worker.Split(b.part.First, b.part.Size)
	b.children = len(parts)
	for _, part := range parts {
		b.tree.spawn(&branch{tree: b.tree, part: part, parent: self})
	}
}

func (t *tree) spawn(b *branch) { spawnSmall(t.engine, b, int(t.actors.Add(1))) }

func (b *branch) report(sum int64) {
	if b.parent == nil {
		b.tree.sum <- sum
		return
	}
	b.tree.engine.Send(b.parent, worker.NewMessage(sum))
}

// skynet grows a tree of actors with n leaves and adds these up. The actors
// stay: ending them would cost more.
func skynet(n int) (worker.Result, error) {
	engine, err := newEngine()
	if err != nil {
		return worker.Result{}, err
	}
	t := &tree{engine: engine, sum: make(chan int64, 1)}
	meter := worker.Start()
	t.spawn(&branch{tree: t, part: worker.Part{Size: n}})
	total := <-t.sum
	return meter.Stop(n), worker.Equal("sum of the leaves", total, worker.LeafSum(n))
}
