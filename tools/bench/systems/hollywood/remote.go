package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/anthdm/hollywood/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/payload"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func rem64(n int) (worker.Result, error) { return remoteSend(n, 1, worker.Body64) }
func rem1k(n int) (worker.Result, error) { return remoteSend(n, 1, worker.Body1K) }
func rem16(n int) (worker.Result, error) { return remoteSend(n, 16, worker.Body64) }

// farSender says hello to its counter on the far node, sends the messages when
// it is told to begin, and checks the counter's report.
type farSender struct {
	counter         *actor.PID
	n               int
	body            []byte
	ready, reported *worker.Tally
}

func (s *farSender) Receive(ctx *actor.Context) {
	switch m := ctx.Message().(type) {
	case actor.Started:
		ctx.Send(s.counter, &payload.Payload{Seq: payload.Hello})
	case begin:
		for seq := int64(1); seq <= int64(s.n); seq++ {
			ctx.Send(s.counter, &payload.Payload{Seq: seq, Body: s.body})
		}
	case *payload.Payload:
		if m.Seq == payload.Hello {
			s.ready.Done(nil)
			return
		}
		s.reported.Done(worker.CheckReport(string(m.Body), s.n, len(s.body)))
	}
}

// remoteSend has pairs actors send n messages altogether to as many on another
// node. It ends when every receiver has reported what it has handled.
func remoteSend(n, pairs int, body string) (worker.Result, error) {
	each := n / pairs
	far, engine, err := startFar(pairs, each)
	if err != nil {
		return worker.Result{}, err
	}
	ready, reported := worker.NewTally(pairs), worker.NewTally(pairs)
	senders := make([]*actor.PID, pairs)
	for i := range senders {
		senders[i] = spawnBusy(engine, &farSender{
			counter: farPID(far, counterName(i)), n: each, body: []byte(body), ready: ready, reported: reported,
		}, "sender-"+strconv.Itoa(i))
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	for _, sender := range senders {
		engine.Send(sender, begin{})
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
	echo    *actor.PID
	start   time.Time
	each    []time.Duration
	next    int
	started chan<- struct{}
	done    chan<- error
}

func (p *prober) Receive(ctx *actor.Context) {
	switch m := ctx.Message().(type) {
	case actor.Started:
		ctx.Send(p.echo, &payload.Payload{Seq: payload.Hello})
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

func (p *prober) probe(ctx *actor.Context) {
	p.start = time.Now()
	ctx.Send(p.echo, &payload.Payload{Seq: int64(p.next) + 1, Body: []byte(worker.Body64)})
}

func (p *prober) answered(ctx *actor.Context, m *payload.Payload) {
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

// remlat measures n round trips to an actor on another node.
func remlat(n int) (worker.Result, error) {
	far, engine, err := startFar(0, 0)
	if err != nil {
		return worker.Result{}, err
	}
	started, done := make(chan struct{}), make(chan error, 1)
	each := make([]time.Duration, n)
	pid := spawnBusy(engine, &prober{echo: farPID(far, echoName), each: each, started: started, done: done}, "prober")
	<-started
	meter := worker.Start()
	engine.Send(pid, begin{})
	if err := <-done; err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n).WithLatencies(each)
	return result, far.Close()
}
