package world

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// beginning makes the nodes of a world. If there are several they are connected.
type beginning func() ([]*runtime.Runtime, error)

// The names of two nodes.
const (
	first  = "first@oracle"
	second = "second@oracle"
)

// quiet is where reports go: crashing is part of the game.
var quiet = slog.New(slog.DiscardHandler)

func oneNode() ([]*runtime.Runtime, error) {
	node, err := runtime.New(runtime.Config{Logger: quiet})
	return []*runtime.Runtime{node}, err
}

// twoNodes makes two nodes that talk over TCP, with a cookie. The first one knows
// where the second one is.
func twoNodes() ([]*runtime.Runtime, error) {
	cookie := rand.Text()
	b, err := startNode(second, remote.Config{Listen: "127.0.0.1:0", Cookie: cookie})
	if err != nil {
		return nil, err
	}
	book := remote.StaticResolver{second: remote.Of(b).Addr().String()}
	a, err := startNode(first, remote.Config{Resolver: book, Cookie: cookie})
	if err != nil {
		return nil, errors.Join(err, closeNodes([]*runtime.Runtime{b}))
	}
	return connectNodes(a, b)
}

// startNode starts a node that does not give the other one up because the machine
// is busy.
func startNode(name string, cfg remote.Config) (*runtime.Runtime, error) {
	cfg.Logger = quiet
	cfg.HeartbeatInterval, cfg.StallTimeout = time.Hour, time.Hour
	cfg.ConnectTimeout, cfg.HandshakeTimeout = waitLimit, waitLimit
	rt, err := runtime.New(runtime.Config{Name: name, Logger: quiet})
	if err != nil {
		return nil, err
	}
	_, err = remote.Start(rt, cfg)
	return rt, err
}

// connectNodes connects a with b. Both know when it returns.
func connectNodes(a, b *runtime.Runtime) ([]*runtime.Runtime, error) {
	nodes := []*runtime.Runtime{a, b}
	err := remote.Of(a).Connect(context.Background(), b.Node().Name())
	if err == nil {
		err = flush(nodes)
	}
	if err != nil {
		return nil, errors.Join(err, closeNodes(nodes))
	}
	return nodes, nil
}

// flush returns once everything has arrived that nodes had sent to each other when
// it was called, and what they have answered to that. Each node asks the other in
// turn. All that it has sent takes effect before the question does: a connection is
// one stream, and frames take effect in the order of the stream. What the other has
// answered, or sent before, comes before the answer to the question in the same way.
func flush(nodes []*runtime.Runtime) error {
	if len(nodes) == 1 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	for i, node := range nodes {
		other := nodes[1-i].Node().Name()
		if _, err := remote.Of(node).NodeInfo(ctx, other); err != nil {
			return fmt.Errorf("nodes have lost each other: %w", err)
		}
	}
	return nil
}

// putAside returns how many bytes of messages have arrived at a node but are in no
// mailbox yet: large ones are decoded aside of the stream.
func putAside(nodes []*runtime.Runtime) (sum remote.ByteCount) {
	if len(nodes) == 1 {
		return 0
	}
	for _, node := range nodes {
		for _, conn := range remote.Of(node).Stats().Conns {
			sum += conn.Waiting
		}
	}
	return sum
}

// closeNodes ends all that runs on nodes.
func closeNodes(nodes []*runtime.Runtime) error {
	var errs []error
	for _, node := range nodes {
		errs = append(errs, node.Shutdown(context.Background()))
	}
	for _, node := range nodes {
		if n := remote.Of(node); n != nil {
			errs = append(errs, n.Close(context.Background()))
		}
	}
	return errors.Join(errs...)
}
