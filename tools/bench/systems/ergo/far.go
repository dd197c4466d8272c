package main

import (
	"fmt"
	"strconv"

	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"
	"ergo.services/ergo/net/registrar"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// The two nodes of the remote workloads, and what they share.
const (
	nearName gen.Atom = "near@localhost"
	farName  gen.Atom = "far@localhost"
	echoName gen.Atom = "echo"
	cookie            = "bench"
)

func counterName(i int) gen.Atom { return gen.Atom("counter-" + strconv.Itoa(i)) }

// network lets a node accept connections at a port of its own. The two find
// each other by a static route, so the registrar's port is never asked.
func network() (gen.NetworkOptions, uint16, error) {
	var ports [2]uint16
	for i := range ports {
		port, err := worker.FreePort()
		if err != nil {
			return gen.NetworkOptions{}, 0, err
		}
		ports[i] = uint16(port)
	}
	return gen.NetworkOptions{
		Cookie:    cookie,
		Registrar: registrar.Create(registrar.Options{Port: ports[1]}),
		Acceptors: []gen.AcceptorOptions{{Host: "localhost", Port: ports[0]}},
	}, ports[0], nil
}

// startFar starts the second process with receivers counters, each of which
// reports after n messages, and a node here that knows the way to it.
func startFar(receivers, n int) (*worker.Node, gen.Node, error) {
	far, err := worker.StartNode(strconv.Itoa(receivers), strconv.Itoa(n))
	if err != nil {
		return nil, nil, err
	}
	port, err := strconv.ParseUint(far.Addr, 10, 16)
	if err != nil {
		return nil, nil, fmt.Errorf("port of the far node: %w", err)
	}
	if err := register(); err != nil {
		return nil, nil, err
	}
	options, _, err := network()
	if err != nil {
		return nil, nil, err
	}
	near, err := startNodeWith(nearName, options)
	if err != nil {
		return nil, nil, err
	}
	route := gen.NetworkRoute{Route: gen.Route{Host: "localhost", Port: uint16(port)}, Cookie: cookie}
	if err := near.Network().AddRoute(string(farName), route, 100); err != nil {
		return nil, nil, fmt.Errorf("add the route: %w", err)
	}
	return far, near, nil
}

// farNode is the second process.
func farNode(args []string) error {
	receivers, n, err := worker.NodeArgs(args)
	if err != nil {
		return err
	}
	if err := register(); err != nil {
		return err
	}
	options, port, err := network()
	if err != nil {
		return err
	}
	node, err := startNodeWith(farName, options)
	if err != nil {
		return err
	}
	for i := range receivers {
		factory := func() gen.ProcessBehavior { return &counter{n: n} }
		if _, err := node.SpawnRegister(counterName(i), factory, gen.ProcessOptions{}); err != nil {
			return fmt.Errorf("spawn counter: %w", err)
		}
	}
	factory := func() gen.ProcessBehavior { return &echo{} }
	if _, err := node.SpawnRegister(echoName, factory, gen.ProcessOptions{}); err != nil {
		return fmt.Errorf("spawn echo: %w", err)
	}
	return worker.Serve(strconv.Itoa(int(port)))
}

// counter answers a hello, counts the rest and reports after n messages.
type counter struct {
	act.Actor
	n     int
	count worker.Count
}

func (c *counter) HandleMessage(from gen.PID, message any) error {
	m := message.(payload)
	if m.Seq == hello {
		return c.SendPID(from, m)
	}
	if c.count.Add(m.Seq, m.Body) == int64(c.n) {
		return c.SendPID(from, payload{Seq: report, Body: c.count.Report()})
	}
	return nil
}

// echo sends back what it gets.
type echo struct{ act.Actor }

func (e *echo) HandleMessage(from gen.PID, message any) error { return e.SendPID(from, message) }
