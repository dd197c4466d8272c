// Command kvstore is a supervised key-value service: buckets that live and die alone, a
// registry that knows them, and an HTTP front on loopback.
//
//	go run ./examples/kvstore                   serve until Ctrl-C
//	go run ./examples/kvstore -chaos -for 10s   kill random processes under a client
//	go run ./examples/kvstore -chaos -observe 127.0.0.1:4370   the same, to be looked at in a browser
//
// It prints the tree of its processes on stderr whenever that changes, and on stdout what
// chaos has come to. A bucket keeps its keys in memory: they die with it. What was
// acknowledged by a bucket that lives is there.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "kvstore:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("kvstore", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("addr", "127.0.0.1:0", "where to serve HTTP")
	chaos := flags.Bool("chaos", false, "kill random processes while a client writes")
	limit := flags.Duration("for", 0, "end after this time; 0: at a signal only")
	pause := flags.Duration("pause", 0, "how long chaos leaves the store alone once it is back; 0: 20ms, or 1s with -observe")
	observe := flags.String("observe", "", "a loopback address where tools may look at the node, instead of the trees")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config := runtime.Config{Logger: slog.New(slog.DiscardHandler)} // the trees say it all
	if *observe != "" {
		config.Name, config.ProfileLabels = nodeName(*observe), true
	}
	rt, err := runtime.New(config)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancel(context.Background())
	defer end()
	listener, err := reserve(*address)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "serving on http://%s\n", listener)
	apps, calm := []application.App{storeApp(rt, listener)}, killEvery
	if *observe == "" {
		apps = append(apps, watchApp(stderr))
	} else {
		node, err := openTo(rt, stderr)
		if err != nil {
			return err
		}
		defer closeNode(node)
		calm = killEveryObserved
	}
	var client *client
	switch {
	case *chaos:
		client = newClient("http://" + listener)
		apps = append(apps, chaosApp(client, cmp.Or(*pause, calm), *limit, end))
	case *limit > 0:
		time.AfterFunc(*limit, end)
	}
	if err := application.RunWith(ctx, application.Options{Runtime: rt}, apps...); err != nil {
		return err
	}
	if client != nil {
		return client.report(stdout, stderr)
	}
	return nil
}
