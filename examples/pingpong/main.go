// Command pingpong lets two processes send a ball to and fro, each knowing the
// other by its PID only.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

const rounds = 100_000

// ball says who hit it and how often it may still be hit.
type ball struct {
	From pid.PID
	Left int
}

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pingpong:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	rt, err := runtime.New(runtime.Config{})
	if err != nil {
		return err
	}
	err = rt.Run(context.Background(), func(ctx *runtime.Context) error {
		pong, err := ctx.SpawnLink(player)
		if err != nil {
			return err
		}
		if err := ctx.Send(pong, ball{ctx.PID(), rounds}); err != nil {
			return err
		}
		return player(ctx)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "the ball was hit %d times\n", rounds)
	return rt.Shutdown(context.Background())
}

// player hits the ball back until it may not be hit any more.
func player(ctx *runtime.Context) error {
	for {
		b, err := runtime.Receive[ball](ctx)
		if err != nil {
			return err
		}
		if b.Left == 0 {
			return nil
		}
		if err := ctx.Send(b.From, ball{ctx.PID(), b.Left - 1}); err != nil {
			return err
		}
		if b.Left == 1 {
			return nil
		}
	}
}
