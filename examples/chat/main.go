// Command chat is a room on one node and people on others.
//
// Without flags it plays a short conversation: it starts a server and two clients as
// programs of their own, lets them talk, kills one, and lets it come back.
//
// With flags it is one of these programs, for use by hand on several machines. All
// need the same secret in a file; the first one is the server:
//
//	chat -cookie-file secret -name lounge@192.0.2.1:4370
//	chat -cookie-file secret -name ada@laptop -join lounge@192.0.2.1:4370
//
// A client says what is typed; /who lists who is there, /quit or Ctrl-C leaves.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/starlang-go/starlang/runtime"
)

// Exit statuses.
const (
	fine   = 0
	failed = 1 // something could not be done
	misuse = 2 // the command line was not understood
)

func main() { os.Exit(chat(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// chat is the whole program. It returns the exit status.
func chat(args []string, in *os.File, out, errs io.Writer) int {
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usage)
		return fine
	case err != nil:
		fmt.Fprintln(errs, "chat:", err, "(see chat -help)")
		return misuse
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := o.run(ctx, in, out); err != nil {
		fmt.Fprintln(errs, "chat:", err)
		return failed
	}
	return fine
}

// run plays, serves or joins.
func (o options) run(ctx context.Context, in *os.File, out io.Writer) error {
	if o.name == "" {
		return play(ctx, out)
	}
	rt, err := runtime.New(runtime.Config{Name: o.name, Logger: quiet})
	if err != nil {
		return err
	}
	cfg, err := o.config()
	if err != nil {
		return err
	}
	if o.join == "" {
		err = serve(ctx, rt, cfg, in, out)
	} else {
		err = join(ctx, rt, cfg, o.join, in, out)
	}
	return errors.Join(err, closeNode(rt))
}
