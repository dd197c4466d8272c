package main

import (
	"fmt"

	"ergo.services/ergo"
	"ergo.services/ergo/gen"
)

// startTimeout is that of a process in seconds. The default of five
// is too short for a tree of a million processes, whose upper levels wait
// behind the lower ones.
const startTimeout = 3600

// begin tells an actor to do its part.
type begin struct{}

// startNode starts a silent node without a network.
func startNode() (gen.Node, error) {
	return startNodeWith("near@localhost", gen.NetworkOptions{Mode: gen.NetworkModeDisabled})
}

func startNodeWith(name gen.Atom, network gen.NetworkOptions) (gen.Node, error) {
	var options gen.NodeOptions
	options.Network = network
	options.Log.Level = gen.LogLevelDisabled
	options.Log.DefaultLogger.Disable = true
	node, err := ergo.StartNode(name, options)
	if err != nil {
		return nil, fmt.Errorf("start node: %w", err)
	}
	return node, nil
}

// spawner is a node or a process.
type spawner interface {
	Spawn(gen.ProcessFactory, gen.ProcessOptions, ...any) (gen.PID, error)
}

// spawnActor starts one actor under parent.
func spawnActor(parent spawner, actor gen.ProcessBehavior) (gen.PID, error) {
	factory := func() gen.ProcessBehavior { return actor }
	pid, err := parent.Spawn(factory, gen.ProcessOptions{InitTimeout: startTimeout})
	if err != nil {
		return gen.PID{}, fmt.Errorf("spawn %T: %w", actor, err)
	}
	return pid, nil
}

// spawnMany starts n actors under parent, which actor makes by their number.
func spawnMany(parent spawner, n int, actor func(int) gen.ProcessBehavior) ([]gen.PID, error) {
	pids := make([]gen.PID, n)
	for i := range pids {
		pid, err := spawnActor(parent, actor(i))
		if err != nil {
			return nil, err
		}
		pids[i] = pid
	}
	return pids, nil
}

// sendAll sends each of the processes the same message.
func sendAll(node gen.Node, pids []gen.PID, message any) error {
	for _, pid := range pids {
		if err := node.Send(pid, message); err != nil {
			return fmt.Errorf("send to %s: %w", pid, err)
		}
	}
	return nil
}
