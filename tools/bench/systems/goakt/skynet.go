package main

import (
	"context"
	"strconv"
	"sync/atomic"

	"github.com/tochemey/goakt/v4/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// tree is what all branches share.
type tree struct {
	system actor.ActorSystem
	actors atomic.Int64 // the last number that was given out
	sum    chan int64
	failed chan error
}

// branch is a node or a leaf of the tree. A leaf sends its number to its
// parent, a node the sum of its children.
type branch struct {
	base
	tree     *tree
	part     worker.Part
	parent   *actor.PID // nil for the root
	children int
	sum      int64
}

// Receive grows a node in a goroutine of its own: to spawn takes a worker that
// answers, and the actors that spawn would hold all of them.
func (b *branch) Receive(ctx *actor.ReceiveContext) {
	switch m := ctx.Message().(type) {
	case *actor.PostStart:
		if b.part.Size == 1 {
			b.report(ctx, int64(b.part.First))
			return
		}
		parts := worker.Split(b.part.First, b.part.Size)
		b.children = len(parts)
		go b.tree.grow(ctx.Self(), parts)
	case worker.Message:
		b.sum += m.Seq
		if b.children--; b.children == 0 {
			b.report(ctx, b.sum)
		}
	}
}

func (b *branch) report(ctx *actor.ReceiveContext, sum int64) {
	if b.parent == nil {
		b.tree.sum <- sum
		return
	}
	ctx.Tell(b.parent, worker.NewMessage(sum))
}

func (t *tree) grow(parent *actor.PID, parts []worker.Part) {
	for _, part := range parts {
		if err := t.spawn(&branch{tree: t, part: part, parent: parent}); err != nil {
			select {
			case t.failed <- err:
			default: // one error is enough
			}
			return
		}
	}
}

func (t *tree) spawn(b *branch) error {
	_, err := t.system.Spawn(context.Background(), strconv.FormatInt(t.actors.Add(1), 10), b, actor.WithLongLived())
	return err
}

// skynet grows a tree of actors with n leaves and adds these up. The actors
// stay: ending them would cost more.
func skynet(n int) (worker.Result, error) {
	system, err := newSystem()
	if err != nil {
		return worker.Result{}, err
	}
	t := &tree{system: system, sum: make(chan int64, 1), failed: make(chan error, 1)}
	meter := worker.Start()
	if err := t.spawn(&branch{tree: t, part: worker.Part{Size: n}}); err != nil {
		return worker.Result{}, err
	}
	select {
	case total := <-t.sum:
		return meter.Stop(n), worker.Equal("sum of the leaves", total, worker.LeafSum(n))
	case err := <-t.failed:
		return worker.Result{}, err
	}
}
