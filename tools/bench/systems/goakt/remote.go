package main

import (
	"context"
	"fmt"
	"time"

	"github.com/tochemey/goakt/v4/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/payload"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func rem64(n int) (worker.Result, error) { return remoteSend(n, 1, worker.Body64) }
func rem1k(n int) (worker.Result, error) { return remoteSend(n, 1, worker.Body1K) }
func rem16(n int) (worker.Result, error) { return remoteSend(n, 16, worker.Body64) }

// farSender checks the answers of its counter on the far system, and lends its
// PID to the goroutine that sends.
type farSender struct {
	base
	n, size         int
	ready, reported *worker.Tally
}

func (s *farSender) Receive(ctx *actor.ReceiveContext) {
	m, ok := ctx.Message().(*payload.Payload)
	switch {
	case !ok:
	case m.Seq == payload.Hello:
		s.ready.Done(nil)
	default:
		s.reported.Done(worker.CheckReport(string(m.Body), s.n, s.size))
	}
}

// remoteSend has pairs actors send n messages altogether to as many on another
// system. It ends when every receiver has reported what it has handled.
func remoteSend(n, pairs int, body string) (worker.Result, error) {
	each := n / pairs
	far, system, err := startFar(pairs, each)
	if err != nil {
		return worker.Result{}, err
	}
	ready, reported := worker.NewTally(pairs), worker.NewTally(pairs)
	senders, err := spawnMany(system, "sender", pairs, func(int) actor.Actor {
		return &farSender{n: each, size: len(body), ready: ready, reported: reported}
	})
	if err != nil {
		return worker.Result{}, err
	}
	counters := make([]*actor.PID, pairs)
	for i, sender := range senders {
		if counters[i], err = far.pid(sender, counterName(i)); err != nil {
			return worker.Result{}, err
		}
		if err := sender.Tell(context.Background(), counters[i], &payload.Payload{Seq: payload.Hello}); err != nil {
			return worker.Result{}, err
		}
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	sent := worker.NewTally(pairs)
	meter := worker.Start()
	for i, sender := range senders {
		go func() { sent.Done(farFlood(sender, counters[i], each, []byte(body))) }()
	}
	if err := sent.Wait(); err != nil {
		return worker.Result{}, err
	}
	if err := reported.Wait(); err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n)
	return result, far.node.Close()
}

func farFlood(from, to *actor.PID, n int, body []byte) error {
	ctx := context.Background()
	for seq := int64(1); seq <= int64(n); seq++ {
		if err := from.Tell(ctx, to, &payload.Payload{Seq: seq, Body: body}); err != nil {
			return fmt.Errorf("send message %d: %w", seq, err)
		}
	}
	return nil
}

// prober sends one message after the other to the echo and times each answer.
// The first, which connects the systems, is not counted.
type prober struct {
	base
	echo    *actor.PID
	start   time.Time
	each    []time.Duration
	next    int
	started chan<- struct{}
	done    chan<- error
}

// echoIs tells the prober where the echo is.
type echoIs struct{ pid *actor.PID }

func (p *prober) Receive(ctx *actor.ReceiveContext) {
	switch m := ctx.Message().(type) {
	case echoIs:
		p.echo = m.pid
		ctx.Tell(p.echo, &payload.Payload{Seq: payload.Hello})
	case begin:
		p.probe(ctx)
	case *payload.Payload:
		if m.Seq == payload.Hello {
			close(p.started)
			return
		}
		p.answered(ctx, m)
	}
}

func (p *prober) probe(ctx *actor.ReceiveContext) {
	p.start = time.Now()
	ctx.Tell(p.echo, &payload.Payload{Seq: int64(p.next) + 1, Body: []byte(worker.Body64)})
}

func (p *prober) answered(ctx *actor.ReceiveContext, m *payload.Payload) {
	p.each[p.next] = time.Since(p.start)
	p.next++
	switch {
	case m.Seq != int64(p.next):
		p.done <- fmt.Errorf("answer %d to message %d", m.Seq, p.next)
	case p.next == len(p.each):
		p.done <- nil
	default:
		p.probe(ctx)
	}
}

// remlat measures n round trips to an actor on another system.
func remlat(n int) (worker.Result, error) {
	far, system, err := startFar(0, 0)
	if err != nil {
		return worker.Result{}, err
	}
	started, done := make(chan struct{}), make(chan error, 1)
	each := make([]time.Duration, n)
	pid, err := spawnActor(system, "prober", &prober{each: each, started: started, done: done})
	if err != nil {
		return worker.Result{}, err
	}
	echo, err := far.pid(pid, echoName)
	if err != nil {
		return worker.Result{}, err
	}
	if err := tell([]*actor.PID{pid}, echoIs{pid: echo}); err != nil {
		return worker.Result{}, err
	}
	<-started
	meter := worker.Start()
	if err := tell([]*actor.PID{pid}, begin{}); err != nil {
		return worker.Result{}, err
	}
	if err := <-done; err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n).WithLatencies(each)
	return result, far.node.Close()
}
