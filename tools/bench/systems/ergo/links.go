package main

import (
	"errors"

	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// chained is linked to the actor before it.
type chained struct {
	act.Actor
	before       gen.PID // of no node for the first one
	ready, ended *worker.Tally
}

func (c *chained) HandleMessage(gen.PID, any) error {
	if c.before.Node == "" {
		c.ready.Done(nil)
		return nil
	}
	c.ready.Done(c.LinkPID(c.before))
	return nil
}

func (c *chained) Terminate(error) { c.ended.Done(nil) }

// links builds a chain of n linked actors and times the end of all after that
// of the first.
func links(n int) (worker.Result, error) {
	node, err := startNode()
	if err != nil {
		return worker.Result{}, err
	}
	ready, ended := worker.NewTally(n), worker.NewTally(n)
	chain := make([]gen.PID, n)
	var before gen.PID
	for i := range chain {
		if before, err = spawnActor(node, &chained{before: before, ready: ready, ended: ended}); err != nil {
			return worker.Result{}, err
		}
		chain[i] = before
	}
	if err := sendAll(node, chain, begin{}); err != nil {
		return worker.Result{}, err
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := node.SendExit(chain[0], errors.New("failure")); err != nil {
		return worker.Result{}, err
	}
	err = ended.Wait()
	return meter.Stop(n), err
}
