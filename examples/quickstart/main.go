// Command quickstart shows what processes are, one idea after the other: spawn,
// send and receive, link, trap, monitor, kill, timeouts, calls. Read it beside
// what it prints.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/starlang-go/starlang/runtime"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// lesson is one idea: a title and the body of a process that shows it.
type lesson struct {
	title string
	body  func(*runtime.Context, printer) error
}

var lessons = []lesson{
	{"A process is a goroutine with an address. It receives what is sent there, in order.", spawnAndTalk},
	{"A call is a request that waits for its reply. It fails at once if the callee dies.", call},
	{"A monitor tells one process of the end of another, and why it ended.", monitor},
	{"A link ties two processes together: the failure of one ends the other.", link},
	{"A process that traps exits gets them as messages, and lives.", trap},
	{"Kill cannot be trapped. Others see the reason killed.", kill},
	{"Receiving can be bounded in time, and timers send later.", timeouts},
	{"A panic ends its process, not the program.", panics},
}

func run(w io.Writer) error {
	// Crash reports would go to the standard logger; here they are part of the show.
	rt, err := runtime.New(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	for i, l := range lessons {
		fmt.Fprintf(w, "%d. %s\n", i+1, l.title)
		p := printer{w}
		err := rt.Run(context.Background(), func(ctx *runtime.Context) error { return l.body(ctx, p) })
		if err != nil {
			return fmt.Errorf("lesson %d: %w", i+1, err)
		}
	}
	return rt.Shutdown(context.Background())
}

// printer prints what a lesson has to say. Only the process that gives the lesson
// prints, so the order is always the same.
type printer struct {
	w io.Writer
}

func (p printer) say(format string, args ...any) {
	fmt.Fprintf(p.w, "   "+format+"\n", args...)
}
