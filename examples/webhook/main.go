// Command webhook delivers what is posted to it to other web servers: one worker for each
// destination, with retries, a pace, and a bounded queue. At SIGTERM it accepts no more and
// delivers what it has accepted.
//
//	go run ./examples/webhook -addr 127.0.0.1:8080
//	curl -d hello 'http://127.0.0.1:8080/deliver?to=http://127.0.0.1:9090/&id=1'
//
// Its pages are /healthz, /readyz and /metrics.
//
// What is accepted is kept in memory only. It outlives the crash of a worker, of all of them, and
// a stop by SIGTERM, in which 15 s are left for it. It is lost when the program is killed, runs
// out of memory, or the machine fails, and what a receiver has not taken in those 15 s is lost,
// too, and logged. A service that must not lose anything writes what it accepts to a disk or a
// database before it answers 202.
//
// A delivery that a receiver refuses is repeated for as long as it does; those behind it wait.
// It delivers to any address that it is given, those of its own network included: whoever may
// post to it may reach these. A receiver may get a delivery twice, with the same
// Webhook-Delivery header; one that answers 429 or 503 with Retry-After is given that time.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/starlang-go/starlang/runtime/application"
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
	s := newService(*address)
	s.listens = func(at string) { fmt.Fprintln(out, "listening on", at) }
	return application.Run(context.Background(), s.app())
}
