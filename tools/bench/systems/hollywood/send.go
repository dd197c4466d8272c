package main

import (
	"strconv"

	"github.com/anthdm/hollywood/actor"

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

func (s *sender) Receive(ctx *actor.Context) {
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

func (r *receiver) Receive(ctx *actor.Context) {
	m, ok := ctx.Message().(worker.Message)
	if ok && r.count.Add(m.Seq, m.Text) == int64(r.senders*r.each) {
		r.served.Done(r.count.Check(r.senders, r.each, len(worker.Text)))
	}
}

// send has senders actors send n messages altogether, evenly to receivers
// actors.
func send(n, senders, receivers int) (worker.Result, error) {
	engine, err := newEngine()
	if err != nil {
		return worker.Result{}, err
	}
	each, perReceiver := n/senders, senders/receivers
	served := worker.NewTally(receivers)
	mailboxes := make([]*actor.PID, receivers)
	for i := range mailboxes {
		r := &receiver{senders: perReceiver, each: each, served: served}
		mailboxes[i] = spawnBusy(engine, r, "receiver-"+strconv.Itoa(i))
	}
	sources := make([]*actor.PID, senders)
	for i := range sources {
		s := &sender{to: mailboxes[i%receivers], last: int64(each)}
		sources[i] = spawnBusy(engine, s, "sender-"+strconv.Itoa(i))
	}
	meter := worker.Start()
	for _, source := range sources {
		engine.Send(source, begin{})
	}
	err = served.Wait()
	return meter.Stop(n), err
}
