package main

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// payload is the message between nodes.
type payload struct {
	Seq  int64
	Body string
}

// hello tells a process of the far node whom to answer.
type hello struct{ From pid.PID }

func init() {
	term.MustRegister[payload]("bench.payload")
	term.MustRegister[hello]("bench.hello")
}

const (
	nearName = "near@127.0.0.1"
	echoName = "echo"
	cookie   = "bench"
)

func counterName(i int) string { return "counter-" + strconv.Itoa(i) }

// farSide is the second process as seen from here, and the node here.
type farSide struct {
	process *worker.Node
	near    *remote.Node
}

// startFar starts the second process with receivers counters, each of which
// reports after n messages, and a node here.
func startFar(receivers, n int) (*farSide, error) { return startFarOver("", receivers, n) }

// startFarOver does so over TLS, if there is a certificate.
func startFarOver(certificate string, receivers, n int) (*farSide, error) {
	process, err := worker.StartNode(strconv.Itoa(receivers), strconv.Itoa(n), certificate)
	if err != nil {
		return nil, err
	}
	near, err := startNode(nearName, certificate)
	return &farSide{process: process, near: near}, err
}

// startNode starts a node that does not report who connects and disconnects.
func startNode(name, certificate string) (*remote.Node, error) {
	config := remote.Config{Cookie: cookie, Logger: slog.New(slog.DiscardHandler), MaxMessageBytes: 2 * worker.Large64M}
	if certificate != "" {
		var err error
		if config.TLS, err = worker.TLS(certificate); err != nil {
			return nil, err
		}
	}
	rt, err := runtime.New(runtime.Config{Name: name})
	if err != nil {
		return nil, err
	}
	return remote.Start(rt, config)
}

// find asks the far node who has the name.
func (f *farSide) find(ctx context.Context, name string) (pid.PID, error) {
	return f.near.Whereis(ctx, pid.Name{Name: name, Node: f.process.Addr})
}

// farNode is the second process. Its name has the port where it listens.
func farNode(args []string) error {
	receivers, n, err := worker.NodeArgs(args)
	if err != nil {
		return err
	}
	port, err := worker.FreePort()
	if err != nil {
		return err
	}
	node, err := startNode(fmt.Sprintf("far@127.0.0.1:%d", port), args[2])
	if err != nil {
		return err
	}
	bodies := map[string]runtime.Body{echoName: echo}
	for i := range receivers {
		bodies[counterName(i)] = func(ctx *runtime.Context) error { return countPayloads(ctx, n) }
	}
	for name, body := range bodies {
		if _, err := node.Runtime().SpawnOpt(runtime.SpawnOptions{Name: name}, body); err != nil {
			return err
		}
	}
	ctx := runtime.NewContext(context.Background(), node.Runtime())
	if _, err := genserver.Start(ctx, &follower{}, genserver.Options{Name: followerName}); err != nil {
		return err
	}
	return worker.Serve(node.Name())
}

// countPayloads is told whom to answer, answers that it is there, counts n
// messages and reports.
func countPayloads(ctx *runtime.Context, n int) error {
	from, err := greeted(ctx)
	if err != nil {
		return err
	}
	var count worker.Count
	for range n {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		v := m.Value().(payload)
		count.Add(v.Seq, v.Body)
	}
	return ctx.Send(from, payload{Body: count.Report()})
}

// echo is told whom to answer, answers that it is there, and then each message.
func echo(ctx *runtime.Context) error {
	from, err := greeted(ctx)
	if err != nil {
		return err
	}
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		if err := ctx.Send(from, m.Value()); err != nil {
			return err
		}
	}
}

// greeted waits for the hello and answers it.
func greeted(ctx *runtime.Context) (pid.PID, error) {
	m, err := runtime.Receive[hello](ctx)
	if err != nil {
		return pid.PID{}, err
	}
	return m.From, ctx.Send(m.From, m)
}

// greet looks the far process up and waits for its answer to a hello.
func (f *farSide) greet(ctx *runtime.Context, name string) (pid.PID, error) {
	to, err := f.find(ctx, name)
	if err != nil {
		return pid.PID{}, fmt.Errorf("look up %s: %w", name, err)
	}
	if err := ctx.Send(to, hello{From: ctx.PID()}); err != nil {
		return pid.PID{}, err
	}
	_, err = runtime.Receive[hello](ctx)
	return to, err
}
