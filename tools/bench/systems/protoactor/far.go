package main

import (
	"fmt"
	"strconv"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"

	"github.com/starlang-go/starlang/tools/bench/internal/payload"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

const echoName = "echo"

func counterName(i int) string { return "counter-" + strconv.Itoa(i) }

// newRemoteSystem is an actor system that listens at a port of its own.
func newRemoteSystem() *actor.ActorSystem {
	system := newSystem()
	remote.NewRemote(system, remote.Configure("127.0.0.1", 0)).Start()
	return system
}

// startFar starts the second process with receivers counters, each of which
// reports after n messages, and a system here.
func startFar(receivers, n int) (*worker.Node, *actor.ActorSystem, error) {
	far, err := worker.StartNode(strconv.Itoa(receivers), strconv.Itoa(n))
	if err != nil {
		return nil, nil, err
	}
	return far, newRemoteSystem(), nil
}

// farNode is the second process.
func farNode(args []string) error {
	receivers, n, err := worker.NodeArgs(args)
	if err != nil {
		return err
	}
	system := newRemoteSystem()
	for i := range receivers {
		if _, err := system.Root.SpawnNamed(busy(&counter{n: n}), counterName(i)); err != nil {
			return fmt.Errorf("spawn counter: %w", err)
		}
	}
	if _, err := system.Root.SpawnNamed(busy(echo{}), echoName); err != nil {
		return fmt.Errorf("spawn echo: %w", err)
	}
	return worker.Serve(system.Address())
}

// counter answers a hello, which also tells it whom to report to, counts the
// rest and reports after n messages.
type counter struct {
	n      int
	sender *actor.PID
	count  worker.Count
}

func (c *counter) Receive(ctx actor.Context) {
	m, ok := ctx.Message().(*payload.Payload)
	if !ok {
		return
	}
	if m.Seq == payload.Hello {
		c.sender = ctx.Sender()
		ctx.Respond(m)
		return
	}
	c.count.Messages++
	c.count.Sum += m.Seq
	c.count.Bytes += int64(len(m.Body))
	if c.count.Messages == int64(c.n) {
		ctx.Send(c.sender, &payload.Payload{Seq: payload.Report, Body: []byte(c.count.Report())})
	}
}

// echo sends back what it gets.
type echo struct{}

func (echo) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(*payload.Payload); ok {
		ctx.Respond(m)
	}
}

// farPID is the address of a named actor on the far node.
func farPID(far *worker.Node, name string) *actor.PID {
	return actor.NewPID(far.Addr, name)
}
