package task

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// Map calls f with every item of in, each in a process of its own, at most max at a
// time, and returns the results in order. The first error, or the cause of ctx, which
// carries a process, ends all of it: the other items are killed, have ended when Map
// returns, and there are no results. With max <= 0 all run at once.
func Map[In, Out any](ctx context.Context, in []In, max int, f func(ctx *runtime.Context, in In) (Out, error)) ([]Out, error) {
	if max <= 0 {
		max = -1
	}
	group, bound := errgroup.WithContext(ctx)
	group.SetLimit(max)
	out := make([]Out, len(in))
	for i, in := range in {
		group.Go(func() (err error) { // ends with its item, which bound bounds
			if err := context.Cause(bound); err != nil {
				return err
			}
			call := func(ctx *runtime.Context) (Out, error) { return f(ctx, in) }
			out[i], err = start(bound, call, life{bound: true, end: signal.Kill}).Await(context.Background())
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}
