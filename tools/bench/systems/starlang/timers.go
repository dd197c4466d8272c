package main

import (
	"context"
	"errors"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// timers starts n timers, cancels every second one, and receives what the others send.
func timers(n int) (worker.Result, error) {
	var result worker.Result
	err := newRuntime().Run(context.Background(), func(ctx *runtime.Context) error {
		cancelled := make([]pid.Ref, 0, n/2)
		delay := worker.TimerDelay(n)
		meter := worker.Start()
		for seq := int64(1); seq <= int64(n/2); seq++ {
			if _, err := ctx.SendAfter(ctx.PID(), delay, worker.NewMessage(seq)); err != nil {
				return err
			}
			ref, err := ctx.SendAfter(ctx.PID(), worker.Never, worker.NewMessage(-1))
			if err != nil {
				return err
			}
			cancelled = append(cancelled, ref)
		}
		due := time.Now().Add(delay)
		for _, ref := range cancelled {
			if _, running := ctx.CancelTimer(ref); !running {
				return errors.New("a timer does not run that is due in an hour")
			}
		}
		free := time.Now()
		count, err := receive(ctx, n/2)
		if err != nil {
			return err
		}
		result = meter.Stop(n).Without(due.Sub(free))
		return count.Check(1, n/2, len(worker.Text))
	})
	return result, err
}
