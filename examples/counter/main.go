// Command counter is the smallest server: a counter that any process may add to.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// counter is a server. One request is handled at a time, so it needs no lock.
type counter struct{ n int }

// add is a request. The reply is the new count, an int.
type add struct{ By int }

func (c *counter) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	if add, ok := req.(add); ok {
		c.n += add.By
		return c.n, nil
	}
	return nil, genserver.ErrUnhandled
}

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "counter:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	return runtime.Default().Run(context.Background(), func(ctx *runtime.Context) error {
		if _, err := genserver.StartLink(ctx, &counter{}, genserver.Options{Name: "counter"}); err != nil {
			return err
		}
		for by := range 4 {
			n, err := genserver.CallAs[int](ctx, "counter", add{by})
			fmt.Fprintln(w, "add", by, "gives", n, err)
		}
		return genserver.Stop(ctx, "counter", signal.Normal)
	})
}
