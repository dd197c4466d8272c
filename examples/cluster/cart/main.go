// Command cart looks after shopping carts, each on one node of a cluster, with their
// contents in a database that all nodes share.
//
//	go run ./examples/cluster-cart -http 127.0.0.1:8081
//	go run ./examples/cluster-cart -http 127.0.0.1:8082
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
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/starlang-go/starlang/examples/cluster/internal/engine"
	"github.com/starlang-go/starlang/examples/cluster/internal/stage"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/runtime"
)

const (
	// ttl is how long a node that was killed keeps what it had.
	ttl = 3 * time.Second
	// readTime bounds the head of a web request.
	readTime = 5 * time.Second
)

func main() { os.Exit(program(os.Args[1:], os.Stdout, os.Stderr)) }

// options are the command line.
type options struct {
	name, etcd, http, db, observe string
	play                          bool
}

// program is the whole program. It returns the exit status.
func program(args []string, out, errs io.Writer) int {
	asked, err := engine.Serve(args)
	if !asked {
		err = start(args, out, errs)
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(errs, "cart:", err)
		return 1
	}
	return 0
}

func start(args []string, out, errs io.Writer) error {
	var o options
	set := flag.NewFlagSet("cart", flag.ContinueOnError)
	set.SetOutput(errs)
	set.StringVar(&o.name, "name", fmt.Sprint("node", os.Getpid()), "the node's name, another one for each node")
	set.StringVar(&o.etcd, "etcd", engine.DefaultAddress, "where etcd is; if nothing is there it is started")
	set.StringVar(&o.http, "http", "127.0.0.1:0", "where web requests are answered")
	set.StringVar(&o.db, "db", filepath.Join(os.TempDir(), "starlang-carts.db"), "the file of the database that all nodes share")
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
	store, err := openStore(ctx, o.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.close()) }()
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
		Name: "carts", Directory: dir, TTL: ttl, Logger: quiet,
		Remote: node,
	})
	if err != nil {
		return err
	}
	err = o.serve(ctx, out, c, store)
	// In this order others take over before this program has ended.
	return errors.Join(err, c.Leave(context.Background()), rt.Shutdown(context.Background()))
}

// serve answers web requests until ctx ends.
func (o options) serve(ctx context.Context, out io.Writer, c *cluster.Cluster, store *store) error {
	carts, err := entity.Register(c, entity.Kind{
		Name: "cart", Shards: 32,
		Start: func(l entity.Lease, id string) (any, error) {
			return &cart{store: store, lease: l, id: id, node: o.name}, nil
		},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.http)
	if err != nil {
		return err
	}
	front := &front{c.Runtime(), carts}
	server := &http.Server{Handler: front.handler(), ReadHeaderTimeout: readTime}
	fmt.Fprintf(out, "%s is a member, at http://%s/carts/ID. Ctrl-C lets it leave, kill -9 %d does not.\n",
		o.name, listener.Addr(), os.Getpid())
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { stopped <- server.Shutdown(context.Background()) })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	return <-stopped
}
