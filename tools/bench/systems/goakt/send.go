package main

import (
	"context"

	"github.com/tochemey/goakt/v4/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func send1(n int) (worker.Result, error)  { return send(n, 1, 1) }
func send8(n int) (worker.Result, error)  { return send(n, 8, 1) }
func pairs4(n int) (worker.Result, error) { return send(n, 4, 4) }

// sender lends its PID to a goroutine that sends, as in the library's own
// benchmarks: an actor that sends in its Receive for long holds one of the two
// workers that all actors share.
type sender struct{ base }

func (sender) Receive(*actor.ReceiveContext) {}

// receiver counts messages, and checks the count after the last one.
type receiver struct {
	base
	senders, each int
	count         worker.Count
	served        *worker.Tally
}

func (r *receiver) Receive(ctx *actor.ReceiveContext) {
	m, ok := ctx.Message().(worker.Message)
	if ok && r.count.Add(m.Seq, m.Text) == int64(r.senders*r.each) {
		r.served.Done(r.count.Check(r.senders, r.each, len(worker.Text)))
	}
}

// send has senders send n messages altogether, evenly to receivers actors.
func send(n, senders, receivers int) (worker.Result, error) {
	system, err := newSystem()
	if err != nil {
		return worker.Result{}, err
	}
	each, perReceiver := n/senders, senders/receivers
	served := worker.NewTally(receivers)
	mailboxes, err := spawnMany(system, "receiver", receivers, func(int) actor.Actor {
		return &receiver{senders: perReceiver, each: each, served: served}
	})
	if err != nil {
		return worker.Result{}, err
	}
	sources, err := spawnMany(system, "sender", senders, func(int) actor.Actor { return sender{} })
	if err != nil {
		return worker.Result{}, err
	}
	sent := worker.NewTally(senders)
	meter := worker.Start()
	for i, source := range sources {
		go func() { sent.Done(flood(source, mailboxes[i%receivers], each)) }()
	}
	if err := sent.Wait(); err != nil {
		return worker.Result{}, err
	}
	err = served.Wait()
	return meter.Stop(n), err
}

func flood(from, to *actor.PID, n int) error {
	ctx := context.Background()
	for seq := int64(1); seq <= int64(n); seq++ {
		if err := from.Tell(ctx, to, worker.NewMessage(seq)); err != nil {
			return err
		}
	}
	return nil
}
