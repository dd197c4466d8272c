// Command webhook delivers what is posted to it to other web servers: one worker for each
// destination, with retries, a pace, and a bounded queue. At SIGTERM it accepts no more and
// delivers what it has accepted.
//
//	go run ./examples/webhook -addr 127.0.0.1:8080
//	curl -d hello 'http://127.0.0.1:8080/deliver?to=http://127.0.0.1:9090/&id=1'
//
// What is accepted is kept in memory. A receiver may get a delivery twice, with the same
// Webhook-Delivery header.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/directory"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "webhook:", err)
		os.Exit(1)
	}
}

// run serves until a signal comes, or shows itself.
func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("webhook", flag.ContinueOnError)
	address := flags.String("addr", "", "where to serve; empty: show a few deliveries and end")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *address == "" {
		return demo(out)
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	return application.Run(context.Background(), webhook(listener))
}

// workersName is the supervisor of the workers.
const workersName = "workers"

// webhook is the application. The front is started last, so it stops first: then the
// workers have their time to deliver what it has accepted.
func webhook(listener net.Listener) application.App {
	workers := directory.New(directory.Unique)
	worker := supervisor.ChildSpec{ID: "worker", Restart: supervisor.Transient, Shutdown: drainTime}
	root := supervisor.Spec{Strategy: supervisor.RestForOne, Children: []supervisor.ChildSpec{
		{ID: "directory", Start: workers.Start},
		supervisor.Child(workersName, supervisor.Spec{
			Name: workersName, Strategy: supervisor.Dynamic, MaxChildren: 1000,
			Template: supervisor.NewTemplate(worker, func(ctx context.Context, url string) (pid.PID, error) {
				return startWorker(ctx, workers, url)
			}),
		}),
		{ID: "front", Start: startFront(listener, workers), Shutdown: drainTime},
	}}
	return application.App{
		Name: "webhook",
		Root: func(any) (supervisor.Spec, error) { return root, nil },
	}
}
