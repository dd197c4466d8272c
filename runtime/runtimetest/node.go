package runtimetest

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// DefaultTimeout is how long is waited for what is expected. It only passes in tests that
// fail, so it is long enough for a slow machine.
const DefaultTimeout = 10 * time.Second

// Config says what kind of node NewWith makes. The zero Config is what New uses.
type Config struct {
	// Runtime is that of the node. Its Logger gets the reports too, if there is one.
	Runtime runtime.Config
	// AllowCrashes says that crashes are what the test is about, and do not fail it.
	AllowCrashes bool
	// Timeout is how long is waited for what is expected, and for processes to end.
	// 0 means DefaultTimeout.
	Timeout time.Duration
}

// Node is a runtime that ends with its test. Make one with New, in the bubble if there is
// one. All goroutines may share it, but what fails the test is for the test's own.
type Node struct {
	*runtime.Runtime
	t       testing.TB
	cfg     Config
	watch   *watch
	probing sync.Once
	probe   *Probe  // set once by probing; ended by end
	parked  []*park // the test's processes; ended by end. Of the test's goroutine.
}

// New returns a node for a test. It ends, and is looked over, in the test's Cleanup.
func New(t testing.TB) *Node { return NewWith(t, Config{}) }

// NewWith is New with a configuration.
func NewWith(t testing.TB, cfg Config) *Node {
	t.Helper()
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	n := &Node{t: t, cfg: cfg, watch: newWatch(cfg.Runtime.Logger)}
	cfg.Runtime.Logger = slog.New(n.watch)
	rt, err := runtime.New(cfg.Runtime)
	if err != nil {
		t.Fatalf("runtimetest: %v", err)
	}
	n.Runtime = rt
	rt.AddTracer(n.watch)
	t.Cleanup(n.end)
	return n
}

// Probe returns the node's first probe, always the same.
func (n *Node) Probe() *Probe {
	n.probing.Do(func() { n.probe = n.NewProbe() })
	return n.probe
}

// Context returns the context of the test that carries the node, as one of a request
// does: what is done with it is done in the name of the program.
func (n *Node) Context() context.Context { return runtime.NewContext(n.t.Context(), n.Runtime) }

// ExpectCrash waits for a crash that has not been asked for yet, and returns the oldest.
// It fails the test if there is none.
func (n *Node) ExpectCrash() Crash {
	n.t.Helper()
	c, ok := n.watch.takeCrash(n.cfg.Timeout)
	if !ok {
		n.t.Fatalf("runtimetest: no process has crashed within %v", n.cfg.Timeout)
	}
	return c
}

// end ends the node and says what is wrong with it.
func (n *Node) end() {
	n.t.Helper()
	for i := len(n.parked) - 1; i >= 0; i-- {
		n.parked[i].end(signal.Shutdown)
	}
	n.watch.waitUntil(n.cfg.Timeout, func() bool { return n.Len() == 0 })
	for s := range n.Processes() {
		n.t.Errorf("runtimetest: leaked process %s", n.describe(s))
	}
	n.shutDown()
	if n.cfg.AllowCrashes {
		return
	}
	for _, c := range n.watch.left() {
		n.t.Errorf("runtimetest: unexpected crash of %v", c)
	}
}

func (n *Node) shutDown() {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), n.cfg.Timeout)
	defer cancel()
	if err := n.Shutdown(ctx); err != nil {
		n.t.Errorf("runtimetest: %v", err)
	}
	for _, z := range n.Zombies() {
		n.t.Errorf("runtimetest: zombie %v %s ended with %v and runs on:\n%s", z.PID, z.Label, z.Reason, z.Stack)
	}
}

func (n *Node) describe(s runtime.ProcessState) string {
	stack, err := n.Stack(s.PID)
	switch {
	case err != nil:
		stack = err.Error()
	case stack == "":
		stack = "hibernates"
	}
	return fmt.Sprintf("%v name %q label %q, of %s, in the mailbox: %d\n%s",
		s.PID, s.Name, s.Label, n.watch.function(s.PID), s.QueueLen, stack)
}

// park is a process without a doing of its own: its body waits until it is told to end.
// What it does is done by the test's goroutine.
type park struct {
	ctx  *runtime.Context
	stop chan signal.ExitReason // capacity 1
	p    pid.PID
}

// newPark spawns one, ended by Node.end.
func (n *Node) newPark(opts runtime.SpawnOptions) *park {
	n.t.Helper()
	k := &park{stop: make(chan signal.ExitReason, 1)}
	ready := make(chan *runtime.Context, 1)
	p, err := n.SpawnOpt(opts, func(ctx *runtime.Context) error {
		ready <- ctx
		select {
		case reason := <-k.stop:
			return reason
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	if err != nil {
		n.t.Fatalf("runtimetest: %v", err)
	}
	k.p, k.ctx = p, <-ready
	n.parked = append(n.parked, k)
	return k
}

// end makes the process end with reason, unless it is about to already.
func (k *park) end(reason signal.ExitReason) {
	select {
	case k.stop <- reason:
	default:
	}
}
