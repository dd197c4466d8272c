// Command selective shows selective receive: a process takes urgent orders out of
// its mailbox first, and the others in the order in which they came.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/starlang-go/starlang/runtime"
)

type order struct {
	What   string
	Urgent bool
}

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "selective:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	rt, err := runtime.New(runtime.Config{})
	if err != nil {
		return err
	}
	err = rt.Run(context.Background(), func(ctx *runtime.Context) error {
		for _, o := range []order{{"tea", false}, {"coffee", false}, {"water", true}, {"cake", false}, {"doctor", true}} {
			if err := ctx.Send(ctx.PID(), o); err != nil {
				return err
			}
		}
		return serve(ctx, w)
	})
	if err != nil {
		return err
	}
	return rt.Shutdown(context.Background())
}

// serve empties the mailbox, urgent orders first. A receive with no time to wait
// looks through what is there.
func serve(ctx *runtime.Context, w io.Writer) error {
	urgent := func(m runtime.Message) bool {
		o, ok := m.Value().(order)
		return ok && o.Urgent
	}
	for {
		m, err := ctx.TryRecvMatch(urgent)
		if errors.Is(err, runtime.ErrEmpty) {
			m, err = ctx.TryRecv()
		}
		if errors.Is(err, runtime.ErrEmpty) {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "serving %s\n", m.Value().(order).What)
	}
}
