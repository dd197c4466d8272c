// Command names shows registered names: one owner at a time, freed when the owner
// ends, and sends that find whoever has the name now.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "names:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	rt, err := runtime.New(runtime.Config{})
	if err != nil {
		return err
	}
	if err := rt.Run(context.Background(), func(ctx *runtime.Context) error { return show(ctx, w) }); err != nil {
		return err
	}
	return rt.Shutdown(context.Background())
}

func show(ctx *runtime.Context, w io.Writer) error {
	first, err := startClerk(ctx, "first clerk")
	if err != nil {
		return err
	}
	if err := ask(ctx, w); err != nil {
		return err
	}
	_, _, err = ctx.SpawnOpt(runtime.SpawnOptions{Name: "clerk"}, clerk("second clerk"))
	fmt.Fprintf(w, "a second clerk meanwhile: name taken: %t\n", errors.Is(err, runtime.ErrNameTaken))

	// Once the Down is here the name is free: no waiting, no second try.
	ref := ctx.Monitor(first)
	if err := ctx.Exit(first, signal.Kill); err != nil {
		return err
	}
	if _, err := runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == ref }); err != nil {
		return err
	}
	err = ctx.SendNamed("clerk", ctx.PID())
	fmt.Fprintf(w, "nobody has the name now: %t\n", errors.Is(err, runtime.ErrNameNotFound))
	if _, err := startClerk(ctx, "third clerk"); err != nil {
		return err
	}
	return ask(ctx, w)
}

// startClerk starts a process that has its name before its first instruction.
func startClerk(ctx *runtime.Context, who string) (pid.PID, error) {
	p, _, err := ctx.SpawnOpt(runtime.SpawnOptions{Name: "clerk"}, clerk(who))
	return p, err
}

func clerk(who string) runtime.Body {
	return func(ctx *runtime.Context) error {
		for {
			client, err := runtime.Receive[pid.PID](ctx)
			if err != nil {
				return err
			}
			if err := ctx.Send(client, who); err != nil {
				return err
			}
		}
	}
}

// ask sends to the name, whoever has it.
func ask(ctx *runtime.Context, w io.Writer) error {
	if err := ctx.SendNamed("clerk", ctx.PID()); err != nil {
		return err
	}
	answer, err := runtime.Receive[string](ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "the clerk is the %s\n", answer)
	return nil
}
