package main

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// next asks a counter for the message with the next number.
type next struct {
	genserver.Returns[worker.Message]
	worker.Message
}

// note is what a counter is cast.
type note struct{ worker.Message }

// total asks a counter what it has counted.
type total struct {
	genserver.Returns[worker.Count]
}

// counter is a server that counts what it is asked and cast.
type counter struct {
	worker.Count
	// hibernates says that it hibernates after each call.
	hibernates bool
}

func (c *counter) Handlers() genserver.Handlers {
	return genserver.Handle(
		genserver.On((*counter).next),
		genserver.On((*counter).total),
		genserver.OnCast((*counter).note))
}

func (c *counter) next(ctx *genserver.Context, q next) (worker.Message, error) {
	c.Add(q.Seq, q.Text)
	if c.hibernates {
		ctx.Hibernate()
	}
	return worker.NewMessage(q.Seq + 1), nil
}

func (c *counter) note(_ *genserver.Context, m note) error {
	c.Add(m.Seq, m.Text)
	return nil
}

func (c *counter) total(*genserver.Context, total) (worker.Count, error) { return c.Count, nil }

func server(n int) (worker.Result, error)    { return askServer(n, &counter{}) }
func serverhib(n int) (worker.Result, error) { return askServer(n, &counter{hibernates: true}) }

// askServer has callers call the server n times altogether, all at once.
func askServer(n int, c *counter) (worker.Result, error) {
	rt := newRuntime()
	ctx := runtime.NewContext(context.Background(), rt)
	to, err := genserver.Start(ctx, c, genserver.Options{})
	if err != nil {
		return worker.Result{}, err
	}
	each := n / worker.Callers
	done := worker.NewTally(worker.Callers)
	callers, err := spawnMany(rt, worker.Callers, func(int) runtime.Body {
		return func(ctx *runtime.Context) error {
			_, err := ctx.Recv()
			if err == nil {
				err = callServer(ctx, to, each)
			}
			done.Done(err)
			return err
		}
	})
	if err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	if err := sendAll(rt, callers, begin{}); err != nil {
		return worker.Result{}, err
	}
	if err := done.Wait(); err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n)
	return result, checkCounter(ctx, to, worker.Callers, each)
}

// callServer makes n calls, one after the other.
func callServer(ctx *runtime.Context, to pid.PID, n int) error {
	for seq := int64(1); seq <= int64(n); seq++ {
		answer, err := genserver.Call(ctx, to, next{Message: worker.NewMessage(seq)})
		if err == nil {
			err = worker.Equal("answer", answer.Seq, seq+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkCounter is nil if the counter has counted the messages 1 to n of each sender.
func checkCounter(ctx context.Context, to pid.PID, senders, n int) error {
	count, err := genserver.Call(ctx, to, total{})
	if err != nil {
		return err
	}
	return count.Check(senders, n, len(worker.Text))
}

// cast sends a server n messages that it does not answer, and then asks it how many
// it has handled.
func cast(n int) (worker.Result, error) {
	var result worker.Result
	err := newRuntime().Run(context.Background(), func(ctx *runtime.Context) error {
		to, err := genserver.StartLink(ctx, &counter{}, genserver.Options{})
		if err != nil {
			return err
		}
		ctx.SetTrapExit(true)
		meter := worker.Start()
		for seq := int64(1); seq <= int64(n); seq++ {
			if err := genserver.Cast(ctx, to, note{worker.NewMessage(seq)}); err != nil {
				return err
			}
		}
		err = checkCounter(runtime.WithCallTimeout(ctx, runtime.NoTimeout), to, 1, n)
		result = meter.Stop(n)
		return err
	})
	return result, err
}
