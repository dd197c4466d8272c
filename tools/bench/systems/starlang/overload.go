package main

import (
	"errors"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func overblock(n int) (worker.Result, error)  { return overload(n, mailbox.Block) }
func overreject(n int) (worker.Result, error) { return overload(n, mailbox.Reject) }
func overnewest(n int) (worker.Result, error) { return overload(n, mailbox.DropNewest) }
func overoldest(n int) (worker.Result, error) { return overload(n, mailbox.DropOldest) }

// overload has several processes send n messages altogether to one that is slower than
// they are, and whose mailbox is bounded. Each message must have been handled, refused
// or dropped.
func overload(n int, policy mailbox.Policy) (worker.Result, error) {
	rt := newRuntime()
	waits := func(ctx *runtime.Context) error {
		_, err := ctx.Recv()
		return err
	}
	last, err := rt.Spawn(waits)
	if err != nil {
		return worker.Result{}, err
	}
	ready, sent, handled := worker.NewTally(1), worker.NewTally(worker.Flooders), make(chan int64, 1)
	bounded := runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{Capacity: worker.Room, Policy: policy}}
	to, err := rt.SpawnOpt(bounded, func(ctx *runtime.Context) error {
		ctx.Monitor(last)
		ready.Done(nil)
		n, err := toil(ctx)
		handled <- n
		return err
	})
	if err != nil {
		return worker.Result{}, err
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	refused := make([]int64, worker.Flooders)
	sources, err := spawnMany(rt, worker.Flooders, func(i int) runtime.Body {
		return func(ctx *runtime.Context) (err error) {
			if _, err = ctx.Recv(); err == nil {
				refused[i], err = push(ctx, to, n/worker.Flooders)
			}
			sent.Done(err)
			return err
		}
	})
	if err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := sendAll(rt, sources, begin{}); err != nil {
		return worker.Result{}, err
	}
	if err := sent.Wait(); err != nil {
		return worker.Result{}, err
	}
	// The receiver is told of an end behind all that is queued, however full it is.
	if err := rt.Exit(last, signal.Kill); err != nil {
		return worker.Result{}, err
	}
	done := <-handled
	result := meter.Stop(n).WithHandled(done)
	all := done + int64(rt.Stats().Dropped)
	for _, r := range refused {
		all += r
	}
	return result, worker.Equal("handled, dropped and refused messages", all, int64(n))
}

// push sends the messages 1 to n and returns how many were refused.
func push(ctx *runtime.Context, to pid.PID, n int) (refused int64, err error) {
	for seq := int64(1); seq <= int64(n); seq++ {
		err := ctx.Send(to, worker.NewMessage(seq))
		switch {
		case errors.Is(err, runtime.ErrMailboxFull):
			refused++
		case err != nil:
			return refused, err
		}
	}
	return refused, nil
}

// toil handles messages until it is told of an end, and returns how many.
func toil(ctx *runtime.Context) (handled int64, err error) {
	var sum int64
	for {
		m, err := ctx.Recv()
		if err != nil {
			return handled, err
		}
		v, ok := m.Value().(worker.Message)
		if !ok {
			return handled, worker.Different("the work", sum, 0)
		}
		sum += worker.Work(v.Seq)
		handled++
	}
}
