package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tochemey/goakt/v4/actor"
	"github.com/tochemey/goakt/v4/remote"

	"github.com/starlang-go/starlang/tools/bench/internal/payload"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

const (
	host     = "127.0.0.1"
	echoName = "echo"
)

func counterName(i int) string { return "counter-" + strconv.Itoa(i) }

// newRemoteSystem starts an actor system that listens at a port of its own.
func newRemoteSystem() (actor.ActorSystem, int, error) {
	port, err := worker.FreePort()
	if err != nil {
		return nil, 0, err
	}
	system, err := newSystem(actor.WithRemote(remote.NewConfig(host, port)))
	return system, port, err
}

// farSystem is the second process, seen from here.
type farSystem struct {
	node *worker.Node
	port int
}

// startFar starts the second process with receivers counters, each of which
// reports after n messages, and a system here.
func startFar(receivers, n int) (*farSystem, actor.ActorSystem, error) {
	node, err := worker.StartNode(strconv.Itoa(receivers), strconv.Itoa(n))
	if err != nil {
		return nil, nil, err
	}
	port, err := strconv.Atoi(node.Addr)
	if err != nil {
		return nil, nil, fmt.Errorf("port of the far system: %w", err)
	}
	system, _, err := newRemoteSystem()
	return &farSystem{node: node, port: port}, system, err
}

// pid asks the far system for the actor with this name.
func (f *farSystem) pid(from *actor.PID, name string) (*actor.PID, error) {
	pid, err := from.RemoteLookup(context.Background(), host, f.port, name)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", name, err)
	}
	return pid, nil
}

// farNode is the second process.
func farNode(args []string) error {
	receivers, n, err := worker.NodeArgs(args)
	if err != nil {
		return err
	}
	system, port, err := newRemoteSystem()
	if err != nil {
		return err
	}
	for i := range receivers {
		if _, err := spawnActor(system, counterName(i), &counter{n: n}); err != nil {
			return err
		}
	}
	if _, err := spawnActor(system, echoName, echo{}); err != nil {
		return err
	}
	return worker.Serve(strconv.Itoa(port))
}

// counter answers a hello, counts the rest and reports after n messages.
type counter struct {
	base
	n     int
	count worker.Count
}

func (c *counter) Receive(ctx *actor.ReceiveContext) {
	m, ok := ctx.Message().(*payload.Payload)
	if !ok {
		return
	}
	if m.Seq == payload.Hello {
		ctx.Tell(ctx.Sender(), m)
		return
	}
	c.count.Messages++
	c.count.Sum += m.Seq
	c.count.Bytes += int64(len(m.Body))
	if c.count.Messages == int64(c.n) {
		ctx.Tell(ctx.Sender(), &payload.Payload{Seq: payload.Report, Body: []byte(c.count.Report())})
	}
}

// echo sends back what it gets.
type echo struct{ base }

func (echo) Receive(ctx *actor.ReceiveContext) {
	if m, ok := ctx.Message().(*payload.Payload); ok {
		ctx.Tell(ctx.Sender(), m)
	}
}
