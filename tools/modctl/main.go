// Command modctl keeps the books of the repository's modules: it checks, mends
// and releases them as versions.json says. Run it without arguments for help.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/starlang-go/starlang/tools/modctl/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := cli.Run(ctx, ".", os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
