// Command dialogue plays the dialogues of package remote/dialogue against a running node:
//
//	go run ./tools/dialogue 127.0.0.1:4370 cookie
//
// It prints ok, FAILED or skipped for each, and exits with 1 if one failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/starlang-go/starlang/remote/dialogue"
)

// timeout bounds each dialogue: far more than a node needs, probes of old connections included.
const timeout = 20 * time.Second

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: dialogue ADDR COOKIE")
		os.Exit(2)
	}
	os.Exit(run(os.Stdout, dialogue.Player{Addr: os.Args[1], Cookie: os.Args[2]}))
}

// run plays all dialogues and returns the exit code.
func run(w io.Writer, p dialogue.Player) int {
	all, err := dialogue.All()
	if err != nil {
		fmt.Fprintln(w, err)
		return 1
	}
	code := 0
	for _, d := range all {
		code |= report(w, d.Name, d.Holds, func(ctx context.Context) error { return p.Play(ctx, d) })
	}
	code |= report(w, "tie-break-less", "Of two connections that cross, the one of the lesser name is welcome.",
		func(ctx context.Context) error { return p.PlayTieBreak(ctx, true) })
	return code | report(w, "tie-break-more", "Of two connections that cross, the one of the greater name is refused.",
		func(ctx context.Context) error { return p.PlayTieBreak(ctx, false) })
}

func report(w io.Writer, name, holds string, play func(context.Context) error) int {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	switch err := play(ctx); {
	case err == nil:
		fmt.Fprintf(w, "ok      %s\n", name)
	case errors.Is(err, dialogue.ErrNoPartner):
		fmt.Fprintf(w, "skipped %s: %v\n", name, err)
	default:
		fmt.Fprintf(w, "FAILED  %s: %s\n        %v\n", name, holds, err)
		return 1
	}
	return 0
}
