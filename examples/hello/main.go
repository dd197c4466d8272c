// Command hello is the program of the README: two processes, a monitor, a crash.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

type Ping struct{ From pid.PID }
type Pong struct{}

func echo(ctx *runtime.Context) error {
	for {
		msg, err := ctx.Recv() // the exit signal comes as err, already the right reason
		if err != nil {
			return err
		}
		switch m := msg.Value().(type) {
		case Ping:
			_ = ctx.Send(m.From, Pong{}) // to a process that is gone: no harm done
		case string:
			return fmt.Errorf("cannot echo %q", m)
		}
	}
}

func hello(ctx *runtime.Context) error {
	server, ref, err := ctx.SpawnMonitor(echo)
	if err != nil {
		return err
	}
	_ = ctx.Send(server, Ping{ctx.PID()})
	_ = ctx.Send(server, "nonsense")
	for {
		msg, err := ctx.Recv()
		if err != nil {
			return err
		}
		switch m := msg.Value().(type) {
		case Pong:
			fmt.Println("pong")
		case signal.Down:
			fmt.Println("down:", m.Reason, m.Ref == ref)
			return nil
		}
	}
}

func main() {
	rt := runtime.MustNew(runtime.Config{})
	if err := rt.Run(context.Background(), hello); err != nil {
		fmt.Fprintln(os.Stderr, "hello:", err)
		os.Exit(1)
	}
}
