// Command oracle holds the processes of module runtime against recorded results
// of Erlang/OTP. Run it without arguments for help; suite/README.md has the rest.
package main

import (
	"os"

	"github.com/starlang-go/starlang/tools/oracle/behaviours"
	"github.com/starlang-go/starlang/tools/oracle/internal/cli"
)

func main() {
	behaviours.BeChild()
	os.Exit(cli.Run(os.Args[1:], os.Stdout, os.Stderr))
}
