package clustertest

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory/memory"
	"github.com/starlang-go/starlang/remote/cluster/internal/check"
	"github.com/starlang-go/starlang/remote/remotetest"
	"github.com/starlang-go/starlang/runtime"
)

// TTL is the life of the sessions of a lab.
const TTL = 3 * time.Second

// Lab is a cluster in memory. It ends with its test. One goroutine uses it.
type Lab struct {
	T     *testing.T
	Net   *remotetest.Network
	Store *memory.Store // nil: a cluster without a directory

	mu    sync.Mutex
	nodes []*Node             // guarded by mu; those that run
	cut   map[string]struct{} // guarded by mu; hosts that are cut off from all others
}

// New returns a lab without nodes, whose chances follow from seed.
func New(t *testing.T, seed uint64) *Lab {
	l := &Lab{T: t, Net: remotetest.New(seed), Store: memory.New(), cut: make(map[string]struct{})}
	t.Cleanup(l.Store.Close)
	return l
}

// Node is a node of a lab.
type Node struct {
	*cluster.Cluster
	Host   string         // the name of its runtime
	Client *memory.Client // its line to the directory
	Clock  *Clock

	lab    *Lab
	ending atomic.Bool
	ended  chan struct{} // closed when it has; a lock instead would hold the bubble's time
}

// Start starts a node, whose configuration change may change, and waits until it is a
// member.
func (l *Lab) Start(name string, change ...func(*cluster.Config)) *Node {
	l.T.Helper()
	n, err := l.TryStart(name, change...)
	check.NoError(l.T, err)
	return n
}

// TryStart is Start that may fail.
func (l *Lab) TryStart(name string, change ...func(*cluster.Config)) (*Node, error) {
	n := &Node{Host: name, Client: l.Store.Client(), Clock: NewClock(1), lab: l, ended: make(chan struct{})}
	remote := l.Net.Config(name)
	remote.Logger = slog.New(slog.DiscardHandler)
	remote.HeartbeatInterval = TTL / 4
	remote.MaxBackoff = TTL / 2
	cfg := cluster.Config{Remote: remote, Directory: n.Client, TTL: TTL, Clock: n.Clock, Logger: remote.Logger}
	for _, f := range change {
		f(&cfg)
	}
	if clock, ok := cfg.Clock.(*Clock); ok {
		n.Clock = clock
	}
	rt := runtime.MustNew(runtime.Config{Name: name, Logger: cfg.Logger})
	var err error
	if n.Cluster, err = cluster.Start(context.Background(), rt, cfg); err != nil {
		n.Client.Close()
		return nil, err
	}
	l.mu.Lock()
	l.nodes = append(l.nodes, n)
	l.mu.Unlock()
	l.T.Cleanup(func() { n.end(context.Background()) })
	return n, nil
}

// Nodes returns the nodes that run.
func (l *Lab) Nodes() []*Node {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.nodes)
}

// end ends the node: with a ctx that has ended, without telling anybody.
func (n *Node) end(ctx context.Context) {
	if n.ending.Swap(true) {
		<-n.ended
		return
	}
	defer close(n.ended)
	n.Thaw()
	_ = n.Cluster.Leave(ctx)
	_ = n.Runtime().Shutdown(ctx)
	n.Client.Close()
	n.lab.mu.Lock()
	defer n.lab.mu.Unlock()
	n.lab.nodes = slices.DeleteFunc(n.lab.nodes, func(o *Node) bool { return o == n })
}

// Stop makes the node leave in order.
func (n *Node) Stop() { n.end(context.Background()) }

// Crash ends the node as a loss of power does: nobody is told, and its session lives on
// until its time is over.
func (n *Node) Crash() {
	n.Client.Close()
	n.lab.isolate(n.Host, true)
	n.lab.Net.CutAll(n.Host)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	n.end(ended)
	n.lab.isolate(n.Host, false)
}

// Freeze stops the node: it does nothing, and nothing reaches it, until Thaw.
func (n *Node) Freeze() {
	n.Clock.freeze()
	n.Client.SetFaults(memory.Faults{Cut: true})
	n.lab.isolate(n.Host, true)
}

// Thaw lets a frozen node go on. Its line to the directory has no faults afterwards.
func (n *Node) Thaw() {
	n.lab.isolate(n.Host, false)
	n.Client.SetFaults(memory.Faults{})
	n.Clock.thaw()
}

// Isolate cuts the node off from the other nodes, not from the directory, or ends that.
func (n *Node) Isolate(cut bool) { n.lab.isolate(n.Host, cut) }

func (l *Lab) isolate(name string, cut bool) {
	l.mu.Lock()
	if cut {
		l.cut[name] = struct{}{}
	} else {
		delete(l.cut, name)
	}
	var groups [][]string
	for host := range l.cut {
		groups = append(groups, []string{host})
	}
	l.mu.Unlock()
	l.Net.Partition(groups...)
}
