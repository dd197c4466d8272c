// Command cluster-chat lets people at several nodes talk. Run it in two terminals; see the
// README beside this file.
//
// The program itself is in ../cluster/chat, with the other examples of clusters.
package main

import (
	"os"

	"github.com/starlang-go/starlang/examples/internal/apart"
)

func main() { os.Exit(apart.Main("chat", os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
