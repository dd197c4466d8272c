package main

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func send1(n int) (worker.Result, error)  { return send(n, 1, 1) }
func send8(n int) (worker.Result, error)  { return send(n, 8, 1) }
func pairs4(n int) (worker.Result, error) { return send(n, 4, 4) }

// sender sends the messages 1 to last as soon as it is told to begin.
type sender struct {
	to   *actor.PID
	last int64
}

func (s *sender) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(begin); !ok {
		return
	}
	for seq := int64(1); seq <= s.last; seq++ {
		ctx.Send(s.to, worker.NewMessage(seq))
	}
}

// receiver counts messages, and checks the count after the last one.
type receiver struct {
	senders, each int
	count         worker.Count
	served        *worker.Tally
}

func (r *receiver) Receive(ctx actor.Context) {
	m, ok := ctx.Message().(worker.Message)
	if ok && r.count.Add(m.Seq, m.Text) == int64(r.senders*r.each) {
		r.served.Done(r.count.Check(r.senders, r.each, len(worker.Text)))
	}
}

// send has senders actors send n messages altogether, evenly to receivers
// actors.
func send(n, senders, receivers int) (worker.Result, error) {
	root := newSystem().Root
	each, perReceiver := n/senders, senders/receivers
	served := worker.NewTally(receivers)
	mailboxes := make([]*actor.PID, receivers)
	for i := range mailboxes {
		mailboxes[i] = root.Spawn(busy(&receiver{senders: perReceiver, each: each, served: served}))
	}
	sources := make([]*actor.PID, senders)
	for i := range sources {
		sources[i] = root.Spawn(busy(&sender{to: mailboxes[i%receivers], last: int64(each)}))
	}
	meter := worker.Start()
	for _, source := range sources {
		root.Send(source, begin{})
	}
	err := served.Wait()
	return meter.Stop(n), err
}
