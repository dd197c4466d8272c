package main

import (
	"fmt"
	"strconv"

	"github.com/anthdm/hollywood/actor"
	"github.com/anthdm/hollywood/remote"

	"github.com/starlang-go/starlang/tools/bench/internal/payload"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// readBuffer is the bound of one batch at the receiver. The default of 4 MB
// ends the connection when 4096 messages of 1 KiB and their envelopes arrive
// in one batch.
const readBuffer = 64 << 20

// newRemoteEngine is an engine that listens at a port of its own.
func newRemoteEngine() (*actor.Engine, error) {
	port, err := worker.FreePort()
	if err != nil {
		return nil, err
	}
	transport := remote.New("127.0.0.1:"+strconv.Itoa(port), remote.NewConfig().WithBufferSize(readBuffer))
	engine, err := actor.NewEngine(actor.NewEngineConfig().WithRemote(transport))
	if err != nil {
		return nil, fmt.Errorf("start engine: %w", err)
	}
	return engine, nil
}

// startFar starts the second process with receivers counters, each of which
// reports after n messages, and an engine here.
func startFar(receivers, n int) (*worker.Node, *actor.Engine, error) {
	far, err := worker.StartNode(strconv.Itoa(receivers), strconv.Itoa(n))
	if err != nil {
		return nil, nil, err
	}
	engine, err := newRemoteEngine()
	return far, engine, err
}

// farNode is the second process.
func farNode(args []string) error {
	receivers, n, err := worker.NodeArgs(args)
	if err != nil {
		return err
	}
	engine, err := newRemoteEngine()
	if err != nil {
		return err
	}
	for i := range receivers {
		spawnBusy(engine, &counter{n: n}, counterName(i))
	}
	spawnBusy(engine, echo{}, echoName)
	return worker.Serve(engine.Address())
}

const echoName = "echo"

func counterName(i int) string { return "counter-" + strconv.Itoa(i) }

// farPID is the address of a busy actor on the far node.
func farPID(far *worker.Node, name string) *actor.PID {
	return actor.NewPID(far.Addr, "busy/"+name)
}

// counter answers a hello, counts the rest and reports after n messages.
type counter struct {
	n     int
	count worker.Count
}

func (c *counter) Receive(ctx *actor.Context) {
	m, ok := ctx.Message().(*payload.Payload)
	if !ok {
		return
	}
	if m.Seq == payload.Hello {
		ctx.Send(ctx.Sender(), m)
		return
	}
	c.count.Messages++
	c.count.Sum += m.Seq
	c.count.Bytes += int64(len(m.Body))
	if c.count.Messages == int64(c.n) {
		ctx.Send(ctx.Sender(), &payload.Payload{Seq: payload.Report, Body: []byte(c.count.Report())})
	}
}

// echo sends back what it gets.
type echo struct{}

func (echo) Receive(ctx *actor.Context) {
	if m, ok := ctx.Message().(*payload.Payload); ok {
		ctx.Send(ctx.Sender(), m)
	}
}
