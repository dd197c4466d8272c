// Command starctl looks at running nodes of Starlang, and steers them:
//
//	starctl -n shop@127.0.0.1:4370 top
//
// See the README for its commands.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/starlang-go/starlang/tools/starctl/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
