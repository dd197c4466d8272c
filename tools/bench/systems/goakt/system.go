package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/tochemey/goakt/v4/actor"
	"github.com/tochemey/goakt/v4/log"
)

// begin tells an actor to do its part.
type begin struct{}

// base gives an actor the hooks that the library wants and no workload needs.
type base struct{}

func (base) PreStart(*actor.Context) error { return nil }
func (base) PostStop(*actor.Context) error { return nil }

// startTimeout is that of an actor. The default of a second is too
// short where a great many start at once.
const startTimeout = time.Hour

// budget is the number of messages that a worker handles for one actor before
// it turns to the next. The library's own benchmarks go up to 256, and its
// documentation recommends that for nothing but benchmarks.
const budget = 256

// newSystem starts an actor system that logs nothing.
func newSystem(options ...actor.Option) (actor.ActorSystem, error) {
	options = append(options,
		actor.WithLogger(log.DiscardLogger),
		actor.WithActorInitMaxRetries(1),
		actor.WithActorInitTimeout(startTimeout),
		actor.WithThroughputBudget(budget))
	system, err := actor.NewActorSystem("bench", options...)
	if err != nil {
		return nil, fmt.Errorf("make system: %w", err)
	}
	if err := system.Start(context.Background()); err != nil {
		return nil, fmt.Errorf("start system: %w", err)
	}
	return system, nil
}

// spawnActor starts an actor that is not stopped for being idle.
func spawnActor(system actor.ActorSystem, name string, a actor.Actor) (*actor.PID, error) {
	pid, err := system.Spawn(context.Background(), name, a, actor.WithLongLived())
	if err != nil {
		return nil, fmt.Errorf("spawn %s: %w", name, err)
	}
	return pid, nil
}

// spawnMany starts n actors, which a makes by their number.
func spawnMany(system actor.ActorSystem, kind string, n int, a func(int) actor.Actor) ([]*actor.PID, error) {
	pids := make([]*actor.PID, n)
	for i := range pids {
		pid, err := spawnActor(system, kind+"-"+strconv.Itoa(i), a(i))
		if err != nil {
			return nil, err
		}
		pids[i] = pid
	}
	return pids, nil
}

// tell sends each of the actors the same message from outside.
func tell(pids []*actor.PID, message any) error {
	for _, pid := range pids {
		if err := actor.Tell(context.Background(), pid, message); err != nil {
			return fmt.Errorf("tell %s: %w", pid.Name(), err)
		}
	}
	return nil
}
