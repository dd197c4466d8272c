package group_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory/memory"
	"github.com/starlang-go/starlang/remote/cluster/group"
	"github.com/starlang-go/starlang/runtime"
)

const (
	benchNodes   = 10
	benchTimeout = time.Minute // for a benchmark that has failed
)

// BenchmarkJoin has a process join a group, and waits until nine other nodes, connected by
// TCP, have told a process that monitors it.
func BenchmarkJoin(b *testing.B) {
	store := memory.New()
	defer store.Close()
	seen := make(chan struct{}, benchNodes)
	var nodes []*benchNode
	for i := range benchNodes {
		n := startBench(b, store, fmt.Sprintf("n%d@test", i))
		defer n.stop()
		nodes = append(nodes, n)
	}
	for _, n := range nodes[1:] {
		n.watch(b, seen)
	}
	took := make([]time.Duration, 0, 1000)
	err := nodes[0].c.Runtime().Run(b.Context(), func(ctx *runtime.Context) error {
		change := func(f func(context.Context, string) error) error {
			if err := f(ctx, "room"); err != nil {
				return err
			}
			return await(seen, benchNodes-1)
		}
		// They find each other: the first one takes as long as that.
		if err := change(nodes[0].s.Join); err != nil {
			return err
		}
		for b.Loop() {
			b.StopTimer()
			if err := change(nodes[0].s.Leave); err != nil {
				return err
			}
			b.StartTimer()
			began := time.Now()
			if err := change(nodes[0].s.Join); err != nil {
				return err
			}
			took = append(took, time.Since(began))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e6, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e6, "p99-ms")
}

func await(seen <-chan struct{}, n int) error {
	late := time.After(benchTimeout)
	for range n {
		select {
		case <-seen:
		case <-late:
			return context.DeadlineExceeded
		}
	}
	return nil
}

// benchNode is a node on loopback that has opened a scope.
type benchNode struct {
	c   *cluster.Cluster
	s   *group.Scope
	dir *memory.Client
}

func startBench(b *testing.B, store *memory.Store, name string) *benchNode {
	b.Helper()
	n := &benchNode{dir: store.Client()}
	var err error
	n.c, err = cluster.Start(b.Context(), runtime.MustNew(runtime.Config{Name: name}), cluster.Config{
		Remote: remote.Config{Listen: "127.0.0.1:0", Cookie: "bench"}, Directory: n.dir,
	})
	if err == nil {
		n.s, err = group.Open(n.c, "bench")
	}
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// watch tells of each change of the group.
func (n *benchNode) watch(b *testing.B, seen chan<- struct{}) {
	b.Helper()
	ready := make(chan error, 1)
	_, err := n.c.Runtime().Spawn(func(ctx *runtime.Context) error { // ends with the node
		_, _, err := n.s.Monitor(ctx, "room")
		ready <- err
		for err == nil {
			if _, err = ctx.Recv(); err == nil {
				seen <- struct{}{}
			}
		}
		return err
	})
	if err == nil {
		err = <-ready
	}
	if err != nil {
		b.Fatal(err)
	}
}

func (n *benchNode) stop() {
	_ = n.c.Leave(context.Background())
	_ = n.c.Runtime().Shutdown(context.Background())
	n.dir.Close()
}
