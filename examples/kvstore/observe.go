package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// nodeName is the name of the node that listens at an address.
func nodeName(address string) string { return "kvstore@" + address }

// openTo makes a node of rt, which tools on this machine may look into, and says how.
func openTo(rt *runtime.Runtime, stderr io.Writer) (*remote.Node, error) {
	node, err := remote.Start(rt, remote.Config{})
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(stderr, "look at it in a browser, from another terminal:\n\n    GOWORK=off go -C tools/observer run ./cmd/observer %s\n\n", rt.Node().Name())
	return node, nil
}

// closeTime bounds the end of the node.
const closeTime = 2 * time.Second

func closeNode(node *remote.Node) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	_ = node.Close(ctx) // what is left ends with the program
}
