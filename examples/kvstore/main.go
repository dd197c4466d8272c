// Command kvstore is a supervised key-value service: buckets that live and die alone, a
// registry that knows them, and an HTTP front on loopback.
//
//	go run ./examples/kvstore                   serve until Ctrl-C
//	go run ./examples/kvstore -chaos -for 10s   kill random processes under a client
//
// It prints the tree of its processes on stderr whenever that changes, and on stdout what
// chaos has come to. A bucket keeps its keys in memory: they die with it. What was
// acknowledged by a bucket that lives is there.
package main

import (
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
	if err := flags.Parse(args); err != nil {
		return err
	}
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)}) // the trees say it all
	ctx, end := context.WithCancel(context.Background())
	defer end()
	listener, err := reserve(*address)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "serving on http://%s\n", listener)
	apps := []application.App{storeApp(rt, listener), watchApp(stderr)}
	var client *client
	switch {
	case *chaos:
		client = newClient("http://" + listener)
		apps = append(apps, chaosApp(client, *limit, end))
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
