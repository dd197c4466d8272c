package main

import (
	"fmt"

	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// branch is a node or a leaf of the tree. A leaf sends its number to its
// parent, a node the sum of its children.
type branch struct {
	act.Actor
	part     worker.Part
	root     chan<- int64 // nil for all but the root
	children int
	sum      int64
}

// Init sends a message to itself, since only a running process may spawn
// others without holding up its own parent.
func (b *branch) Init(...any) error { return b.SendPID(b.PID(), begin{}) }

func (b *branch) HandleMessage(_ gen.PID, message any) error {
	m, ok := message.(worker.Message)
	if !ok {
		return b.grow()
	}
	b.sum += m.Seq
	if b.children--; b.children > 0 {
		return nil
	}
	return b.report(b.sum)
}

func (b *branch) grow() error {
	if b.part.Size == 1 {
		return b.report(int64(b.part.First))
	}
	parts := worker.Split(b.part.First, b.part.Size)
	b.children = len(parts)
	for _, part := range parts {
		if _, err := spawnActor(b, &branch{part: part}); err != nil {
			return err
		}
	}
	return nil
}

func (b *branch) report(sum int64) error {
	if b.root != nil {
		b.root <- sum
		return nil
	}
	return b.SendPID(b.Parent(), worker.NewMessage(sum))
}

// skynet grows a tree of actors with n leaves and adds these up. The actors
// stay: ending them would cost more.
func skynet(n int) (worker.Result, error) {
	node, err := startNode()
	if err != nil {
		return worker.Result{}, err
	}
	sum := make(chan int64, 1)
	meter := worker.Start()
	if _, err := spawnActor(node, &branch{part: worker.Part{Size: n}, root: sum}); err != nil {
		return worker.Result{}, fmt.Errorf("spawn the root: %w", err)
	}
	total := <-sum
	return meter.Stop(n), worker.Equal("sum of the leaves", total, worker.LeafSum(n))
}
