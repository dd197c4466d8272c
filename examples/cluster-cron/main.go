// Command cluster-cron runs a job once in a cluster of nodes, on etcd. Run it in two
// terminals; see the README beside this file.
//
// The program itself is in ../cluster/cron, in a module apart: it brings etcd along.
package main

import (
	"os"

	"github.com/starlang-go/starlang/examples/internal/apart"
)

func main() { os.Exit(apart.Main("cron", os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
