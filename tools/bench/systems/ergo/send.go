package main

import (
	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func send1(n int) (worker.Result, error)  { return send(n, 1, 1) }
func send8(n int) (worker.Result, error)  { return send(n, 8, 1) }
func pairs4(n int) (worker.Result, error) { return send(n, 4, 4) }

// sender sends the messages 1 to last as soon as it is told to begin.
type sender struct {
	act.Actor
	to   gen.PID
	last int64
}

func (s *sender) HandleMessage(gen.PID, any) error {
	for seq := int64(1); seq <= s.last; seq++ {
		if err := s.SendPID(s.to, worker.NewMessage(seq)); err != nil {
			return err
		}
	}
	return nil
}

// receiver counts messages, and checks the count after the last one.
type receiver struct {
	act.Actor
	senders, each int
	count         worker.Count
	served        *worker.Tally
}

func (r *receiver) HandleMessage(_ gen.PID, message any) error {
	m := message.(worker.Message)
	if r.count.Add(m.Seq, m.Text) == int64(r.senders*r.each) {
		r.served.Done(r.count.Check(r.senders, r.each, len(worker.Text)))
	}
	return nil
}

// send has senders actors send n messages altogether, evenly to receivers
// actors.
func send(n, senders, receivers int) (worker.Result, error) {
	node, err := startNode()
	if err != nil {
		return worker.Result{}, err
	}
	each, perReceiver := n/senders, senders/receivers
	served := worker.NewTally(receivers)
	mailboxes, err := spawnMany(node, receivers, func(int) gen.ProcessBehavior {
		return &receiver{senders: perReceiver, each: each, served: served}
	})
	if err != nil {
		return worker.Result{}, err
	}
	sources, err := spawnMany(node, senders, func(i int) gen.ProcessBehavior {
		return &sender{to: mailboxes[i%receivers], last: int64(each)}
	})
	if err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := sendAll(node, sources, begin{}); err != nil {
		return worker.Result{}, err
	}
	err = served.Wait()
	return meter.Stop(n), err
}
