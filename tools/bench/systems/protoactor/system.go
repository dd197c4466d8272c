package main

import (
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"
)

// begin tells an actor to do its part.
type begin struct{}

// newSystem is an actor system that logs nothing.
func newSystem() *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
}

// busy are the properties of an actor that gets many messages.
func busy(a actor.Actor) *actor.Props {
	return actor.PropsFromProducer(func() actor.Actor { return a })
}

// small are the properties of one actor among many that get few messages. The
// library's documentation calls this mailbox cheaper to allocate.
func small(a actor.Actor) *actor.Props {
	return actor.PropsFromProducer(func() actor.Actor { return a }, actor.WithMailbox(actor.UnboundedLockfree()))
}
