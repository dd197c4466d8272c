package remote_test

import (
	"context"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// Two nodes of one program. In two programs it is the same: each starts its own
// node, and both have the same cookie.
func Example() {
	start := func(name string) *remote.Node {
		n, err := remote.Start(runtime.MustNew(runtime.Config{Name: name}), remote.Config{Cookie: "long and random"})
		if err != nil {
			panic(err)
		}
		return n
	}
	bank, shop := start("bank@127.0.0.1:14371"), start("shop@127.0.0.1:14372")
	defer bank.Runtime().Shutdown(context.Background())
	defer bank.Close(context.Background())
	defer shop.Close(context.Background())

	// A process at the bank that doubles what it is called with.
	_, err := bank.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "double"}, func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			if from, ok := m.From(); ok {
				_ = ctx.Reply(from, 2*m.Value().(int))
			}
		}
	})
	if err != nil {
		panic(err)
	}

	// A process at the shop calls it, by name.
	err = shop.Runtime().Run(context.Background(), func(ctx *runtime.Context) error {
		v, err := runtime.CallNamed[int](ctx, pid.Name{Name: "double", Node: "bank@127.0.0.1:14371"}, 21)
		fmt.Println(v, err)
		return nil
	})
	fmt.Println(err)
	// Output:
	// 42 <nil>
	// <nil>
}
