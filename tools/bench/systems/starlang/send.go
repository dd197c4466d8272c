package main

import (
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func send1(n int) (worker.Result, error)  { return send(n, 1, 1) }
func send8(n int) (worker.Result, error)  { return send(n, 8, 1) }
func pairs4(n int) (worker.Result, error) { return send(n, 4, 4) }

// send has senders processes send n messages altogether, evenly to receivers
// processes.
func send(n, senders, receivers int) (worker.Result, error) {
	rt := newRuntime()
	each, perReceiver := n/senders, senders/receivers
	served := worker.NewTally(receivers)
	mailboxes, err := spawnMany(rt, receivers, func(int) runtime.Body {
		return func(ctx *runtime.Context) error {
			count, err := receive(ctx, each*perReceiver)
			if err == nil {
				err = count.Check(perReceiver, each, len(worker.Text))
			}
			served.Done(err)
			return err
		}
	})
	if err != nil {
		return worker.Result{}, err
	}
	sources, err := spawnMany(rt, senders, func(i int) runtime.Body {
		return flood(mailboxes[i%receivers], each)
	})
	if err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := sendAll(rt, sources, begin{}); err != nil {
		return worker.Result{}, err
	}
	err = served.Wait()
	return meter.Stop(n), err
}

// flood sends the messages 1 to n as soon as it is told to begin.
func flood(to pid.PID, n int) runtime.Body {
	return func(ctx *runtime.Context) error {
		if _, err := ctx.Recv(); err != nil {
			return err
		}
		for seq := int64(1); seq <= int64(n); seq++ {
			if err := ctx.Send(to, worker.NewMessage(seq)); err != nil {
				return err
			}
		}
		return nil
	}
}
