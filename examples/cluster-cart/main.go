// Command cluster-cart looks after shopping carts, each on one of the nodes of a cluster.
// Run it in two terminals; see the README beside this file.
//
// The program itself is in ../cluster/cart, in a module apart: it brings etcd and SQLite
// along.
package main

import (
	"os"

	"github.com/starlang-go/starlang/examples/internal/apart"
)

func main() { os.Exit(apart.Main("cart", os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
