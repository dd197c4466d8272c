package supervisor_test

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func Example() {
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
	starts := make(chan int, 2)
	n := 0
	worker := func(ctx *runtime.Context, ready runtime.From) error {
		n++
		starts <- n
		if err := ctx.Reply(ready, nil); err != nil {
			return err
		}
		_, err := ctx.Recv()
		return err
	}
	top, err := supervisor.Start(context.Background(), rt, supervisor.Spec{
		Name:     "top",
		Strategy: supervisor.OneForOne,
		Children: []supervisor.ChildSpec{
			{ID: "worker", Start: supervisor.ReadyBody(runtime.SpawnOptions{Name: "worker"}, worker)},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("start", <-starts) // the worker was ready before the supervisor was
	p, _ := rt.Whereis("worker")
	_ = rt.Exit(p, signal.Kill)
	fmt.Println("start", <-starts, "- it is back")

	_ = rt.Exit(top, signal.Shutdown)
	fmt.Println(rt.Shutdown(context.Background()))
	// Output:
	// start 1
	// start 2 - it is back
	// <nil>
}
