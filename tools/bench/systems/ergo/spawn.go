package main

import (
	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// mayfly ends with the first message, which it sends to itself.
type mayfly struct {
	act.Actor
	ended *worker.Tally
}

func (m *mayfly) Init(...any) error                { return m.SendPID(m.PID(), begin{}) }
func (m *mayfly) HandleMessage(gen.PID, any) error { return gen.TerminateReasonNormal }
func (m *mayfly) Terminate(error)                  { m.ended.Done(nil) }

// spawn starts n actors that end at once.
func spawn(n int) (worker.Result, error) {
	node, err := startNode()
	if err != nil {
		return worker.Result{}, err
	}
	ended := worker.NewTally(n)
	meter := worker.Start()
	for range n {
		if _, err := spawnActor(node, &mayfly{ended: ended}); err != nil {
			return worker.Result{}, err
		}
	}
	err = ended.Wait()
	return meter.Stop(n), err
}
