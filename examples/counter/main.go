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

// Add is a request. The reply is the new count, an int.
type Add struct {
	genserver.Returns[int]
	By int
}

func (c *counter) add(_ *genserver.Context, q Add) (int, error) {
	c.n += q.By
	return c.n, nil
}

func (c *counter) Handlers() genserver.Handlers {
	return genserver.Handle(genserver.On((*counter).add))
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
			n, err := genserver.Call(ctx, "counter", Add{By: by})
			fmt.Fprintln(w, "add", by, "gives", n, err)
		}
		return genserver.Stop(ctx, "counter", signal.Normal)
	})
}
