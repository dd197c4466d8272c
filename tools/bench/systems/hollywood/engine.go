package main

import (
	"fmt"
	"strconv"

	"github.com/anthdm/hollywood/actor"
)

// begin tells an actor to do its part.
type begin struct{}

func newEngine() (*actor.Engine, error) {
	engine, err := actor.NewEngine(actor.NewEngineConfig())
	if err != nil {
		return nil, fmt.Errorf("start engine: %w", err)
	}
	return engine, nil
}

// spawnBusy starts an actor that gets many messages.
func spawnBusy(engine *actor.Engine, r actor.Receiver, name string) *actor.PID {
	return engine.Spawn(func() actor.Receiver { return r }, "busy", actor.WithID(name))
}

// smallInbox is room for a few messages. The default of 1024 takes 32 KiB for
// each actor, idle or not.
const smallInbox = 16

// spawnSmall starts one actor among many that get few messages. A number as
// its name is cheaper than the random one that the library would make up.
func spawnSmall(engine *actor.Engine, r actor.Receiver, number int) *actor.PID {
	return engine.Spawn(func() actor.Receiver { return r }, "small",
		actor.WithID(strconv.Itoa(number)), actor.WithInboxSize(smallInbox))
}
