package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// watchEvery is how often the tree is looked at.
const watchEvery = 10 * time.Millisecond

// watcher is a server that prints the store's tree when it has changed.
type watcher struct {
	w     io.Writer
	shown string
}

func watchApp(w io.Writer) application.App {
	start := func(ctx context.Context) (pid.PID, error) {
		return genserver.StartLink(ctx, &watcher{w: w}, genserver.Options{TrapExit: true})
	}
	return application.App{
		Name:      "watch",
		DependsOn: []string{"store"},
		Root: func(any) (supervisor.Spec, error) {
			return supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "watcher", Start: start}}}, nil
		},
	}
}

// Init implements genserver.Initializer.
func (t *watcher) Init(ctx *genserver.Context) error { return t.HandleTimeout(ctx) }

// HandleTimeout implements genserver.TimeoutHandler.
func (t *watcher) HandleTimeout(ctx *genserver.Context) error {
	ctx.SetTimeout(watchEvery)
	t.look(ctx)
	return nil
}

// Terminate implements genserver.Terminator: the last look is at what has become of the
// tree, which is stopped later.
func (t *watcher) Terminate(ctx *genserver.Context, _ signal.ExitReason) { t.look(ctx) }

func (t *watcher) look(ctx *genserver.Context) {
	tree, err := supervisor.Tree(ctx, storeName)
	if err != nil {
		return // it is away: next time
	}
	if text := tree.String(); text != t.shown {
		t.shown = text
		since := ctx.Runtime().Uptime().Round(time.Millisecond)
		_, _ = fmt.Fprintf(t.w, "after %s:\n%s", since, text)
	}
}
