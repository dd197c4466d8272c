package main

import (
	"fmt"
	"time"

	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func rem64(n int) (worker.Result, error) { return remote(n, 1, worker.Body64) }
func rem1k(n int) (worker.Result, error) { return remote(n, 1, worker.Body1K) }
func rem16(n int) (worker.Result, error) { return remote(n, 16, worker.Body64) }

// farSender says hello to its counter on the far node, sends the messages when
// it is told to begin, and checks the counter's report.
type farSender struct {
	act.Actor
	counter         gen.Atom
	n               int
	body            string
	ready, reported *worker.Tally

	to gen.PID // of the counter, known from its answer
}

func (s *farSender) Init(...any) error { return s.SendPID(s.PID(), hello) }

func (s *farSender) HandleMessage(from gen.PID, message any) error {
	switch m := message.(type) {
	case int:
		return s.Send(gen.ProcessID{Name: s.counter, Node: farName}, payload{Seq: hello})
	case begin:
		return s.sendAll()
	case payload:
		if m.Seq == hello {
			s.to = from
			s.ready.Done(nil)
			return nil
		}
		s.reported.Done(worker.CheckReport(m.Body, s.n, len(s.body)))
	}
	return nil
}

func (s *farSender) sendAll() error {
	for seq := int64(1); seq <= int64(s.n); seq++ {
		if err := s.SendPID(s.to, payload{Seq: seq, Body: s.body}); err != nil {
			s.reported.Done(fmt.Errorf("send message %d: %w", seq, err))
			return nil
		}
	}
	return nil
}

// remote has pairs actors send n messages altogether to as many on another
// node. It ends when every receiver has reported what it has handled.
func remote(n, pairs int, body string) (worker.Result, error) {
	each := n / pairs
	far, node, err := startFar(pairs, each)
	if err != nil {
		return worker.Result{}, err
	}
	ready, reported := worker.NewTally(pairs), worker.NewTally(pairs)
	senders, err := spawnMany(node, pairs, func(i int) gen.ProcessBehavior {
		return &farSender{counter: counterName(i), n: each, body: body, ready: ready, reported: reported}
	})
	if err != nil {
		return worker.Result{}, err
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := sendAll(node, senders, begin{}); err != nil {
		return worker.Result{}, err
	}
	if err := reported.Wait(); err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n)
	return result, far.Close()
}

// prober sends one message after the other to the echo and times each answer.
// The first, which connects the nodes, is not counted.
type prober struct {
	act.Actor
	to      gen.PID
	start   time.Time
	each    []time.Duration
	next    int
	started chan<- struct{}
	done    chan<- error
}

func (p *prober) Init(...any) error { return p.SendPID(p.PID(), hello) }

func (p *prober) HandleMessage(from gen.PID, message any) error {
	switch m := message.(type) {
	case int:
		return p.Send(gen.ProcessID{Name: echoName, Node: farName}, payload{Seq: hello})
	case begin:
		return p.probe()
	case payload:
		if m.Seq == hello {
			p.to = from
			close(p.started)
			return nil
		}
		return p.answered(m)
	}
	return nil
}

func (p *prober) probe() error {
	p.start = time.Now()
	return p.SendPID(p.to, payload{Seq: int64(p.next) + 1, Body: worker.Body64})
}

func (p *prober) answered(m payload) error {
	p.each[p.next] = time.Since(p.start)
	p.next++
	if m.Seq != int64(p.next) {
		p.done <- fmt.Errorf("answer %d to message %d", m.Seq, p.next)
		return nil
	}
	if p.next == len(p.each) {
		p.done <- nil
		return nil
	}
	return p.probe()
}

// remlat measures n round trips to an actor on another node.
func remlat(n int) (worker.Result, error) {
	far, node, err := startFar(0, 0)
	if err != nil {
		return worker.Result{}, err
	}
	started, done := make(chan struct{}), make(chan error, 1)
	each := make([]time.Duration, n)
	pid, err := spawnActor(node, &prober{each: each, started: started, done: done})
	if err != nil {
		return worker.Result{}, err
	}
	<-started
	meter := worker.Start()
	if err := node.Send(pid, begin{}); err != nil {
		return worker.Result{}, err
	}
	if err := <-done; err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n).WithLatencies(each)
	return result, far.Close()
}
