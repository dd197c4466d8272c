// Command chat lets the people at the terminals of several nodes talk, with no server
// among them and no directory.
//
//	go run ./examples/cluster-chat
//
// says how. See the README beside this directory.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/discover"
	"github.com/starlang-go/starlang/runtime"
)

const (
	// heartbeat is how often nodes look whether they hear each other: one that is silent
	// is given up after two of these.
	heartbeat = time.Second
	// poll is how often a node tries those that it does not reach.
	poll = 500 * time.Millisecond
	// leaveTime bounds the end.
	leaveTime = 5 * time.Second
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// options are the command line.
type options struct {
	name, with, say string
	every           time.Duration
	play            bool
}

// run is the whole program. It returns the exit status.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	if err := start(args, in, out, errs); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(errs, "chat:", err)
		return 1
	}
	return 0
}

func start(args []string, in io.Reader, out, errs io.Writer) error {
	var o options
	set := flag.NewFlagSet("chat", flag.ContinueOnError)
	set.SetOutput(errs)
	set.StringVar(&o.name, "name", "", "the node's name and where it listens, as ann@127.0.0.1:4391")
	set.StringVar(&o.with, "with", "", "the names of other nodes, with commas between them")
	set.StringVar(&o.say, "say", "", "what to say again and again, instead of what is typed")
	set.DurationVar(&o.every, "every", time.Second, "how often to say it")
	set.BoolVar(&o.play, "play", false, "start two nodes, kill one, and tell what happens")
	if err := set.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch {
	case o.play:
		return play(ctx, out)
	case o.name == "":
		return errors.New("who are you? Say -name ann@127.0.0.1:4391 -with bob@127.0.0.1:4392, and the other way round in another terminal")
	}
	return o.node(ctx, in, out)
}

// node is a node, until ctx or what is typed ends.
func (o options) node(ctx context.Context, in io.Reader, out io.Writer) (err error) {
	quiet := slog.New(slog.DiscardHandler)
	rt, err := runtime.New(runtime.Config{Name: o.name, Logger: quiet})
	if err != nil {
		return err
	}
	c, err := cluster.Start(ctx, rt, cluster.Config{
		Name: "chat", Discover: discover.Static(names(o.with)), PollInterval: poll, Logger: quiet,
		Remote: remote.Config{Logger: quiet, HeartbeatInterval: heartbeat, MaxBackoff: poll},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, leave(c, rt)) }()
	chat, err := open(c, out)
	if err != nil {
		return err
	}
	if _, err := rt.Spawn(chat.listen); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is in the room. Ctrl-C leaves it.\n", person(o.name))
	ctx = runtime.NewContext(ctx, rt)
	if o.say != "" {
		return o.repeat(ctx, chat)
	}
	return o.read(ctx, chat, in)
}

// leave tells the others, and ends the node.
func leave(c *cluster.Cluster, rt *runtime.Runtime) error {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
	defer cancel()
	return errors.Join(c.Leave(ctx), rt.Shutdown(ctx))
}

func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// read says what is typed.
func (o options) read(ctx context.Context, c *chat, in io.Reader) error {
	lines := make(chan string)
	go func() { // ends with what is typed, or with the program
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			select {
			case lines <- s.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case line, more := <-lines:
			if !more {
				return nil
			}
			if err := c.say(ctx, o.name, line); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// repeat says the same again and again.
func (o options) repeat(ctx context.Context, c *chat) error {
	again := time.NewTicker(o.every)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if err := c.say(ctx, o.name, o.say); err != nil && ctx.Err() == nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}
