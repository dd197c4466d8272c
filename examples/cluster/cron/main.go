// Command cron runs a job once in a cluster: on one of the nodes, and when that one is
// lost, on another.
//
//	go run ./examples/cluster-cron
//
// in two terminals is a cluster of two. See the README beside this directory.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/starlang-go/starlang/examples/cluster/internal/engine"
	"github.com/starlang-go/starlang/examples/cluster/internal/stage"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/single"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// ttl is how long a node that was killed keeps what it had.
const ttl = 3 * time.Second

func main() { os.Exit(cron(os.Args[1:], os.Stdout, os.Stderr)) }

// options are the command line.
type options struct {
	name, etcd, observe string
	every               time.Duration
	play                bool
}

// cron is the whole program. It returns the exit status.
func cron(args []string, out, errs io.Writer) int {
	asked, err := engine.Serve(args)
	if !asked {
		err = start(args, out, errs)
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(errs, "cron:", err)
		return 1
	}
	return 0
}

func start(args []string, out, errs io.Writer) error {
	var o options
	set := flag.NewFlagSet("cron", flag.ContinueOnError)
	set.SetOutput(errs)
	set.StringVar(&o.name, "name", fmt.Sprint("node", os.Getpid()), "the node's name, another one for each node")
	set.StringVar(&o.etcd, "etcd", engine.DefaultAddress, "where etcd is; if nothing is there it is started")
	set.DurationVar(&o.every, "every", time.Second, "how often the job is done")
	set.StringVar(&o.observe, "observe", "", "a loopback address where other nodes and tools reach this one, which then is called NAME@ADDRESS")
	set.BoolVar(&o.play, "play", false, "start two nodes, kill one, and tell what happens")
	if err := set.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if o.play {
		return play(ctx, out, errs)
	}
	return o.run(ctx, out)
}

// run is a node, until ctx ends.
func (o options) run(ctx context.Context, out io.Writer) (err error) {
	dir, err := engine.Open(ctx, o.etcd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	quiet := slog.New(slog.DiscardHandler)
	name, node := stage.Place(o.name, o.observe)
	rt, err := runtime.New(runtime.Config{Name: name, Logger: quiet})
	if err != nil {
		return err
	}
	c, err := cluster.Start(ctx, rt, cluster.Config{
		Name: "cron", Directory: dir, TTL: ttl, Logger: quiet,
		Remote: node,
	})
	if err != nil {
		return err
	}
	job := &job{out: out, node: o.name, every: o.every}
	_, err = supervisor.Start(ctx, rt, supervisor.Spec{Children: []supervisor.ChildSpec{
		single.Child(c, "cron", supervisor.ChildSpec{Start: supervisor.Body(job.run)}),
	}})
	if err == nil {
		fmt.Fprintf(out, "%s is a member. Ctrl-C lets it leave, kill -9 %d does not.\n", o.name, os.Getpid())
		<-ctx.Done()
		fmt.Fprintln(out, o.name, "leaves.")
	}
	// In this order others take over before this program has ended.
	return errors.Join(err, c.Leave(context.Background()), rt.Shutdown(context.Background()))
}
