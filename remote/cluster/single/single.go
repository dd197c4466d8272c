package single

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// Child returns the spec of a standby for a process of which the cluster has one, as spec
// says. Its ID is name, if spec has none. Its Start runs in a process that the standby has for
// each time it holds the name, and what it starts is linked with that one in place of the
// supervisor. A Start that hangs is killed when the name is lost or given up. Its Shutdown is
// how long the process is given to end when the node leaves or the supervisor stops.
func Child(c *cluster.Cluster, name string, spec supervisor.ChildSpec) supervisor.ChildSpec {
	if spec.ID == "" {
		spec.ID = name
	}
	start := spec.Start
	shutdown := spec.Shutdown
	if shutdown == 0 {
		shutdown = supervisor.DefaultShutdown
	}
	spec.Start = func(ctx context.Context) (pid.PID, error) {
		return startStandby(ctx, c, name, start, shutdown)
	}
	if shutdown > 0 && shutdown < supervisor.Infinity-releaseTimeout {
		spec.Shutdown = shutdown + releaseTimeout
	}
	return spec
}

// releaseTimeout is what a standby is given, beyond its process, to free the name.
const releaseTimeout = time.Second

func startStandby(ctx context.Context, c *cluster.Cluster, name string, start supervisor.StartFunc, shutdown time.Duration) (pid.PID, error) {
	if _, err := c.Directory(); err != nil {
		return pid.PID{}, err
	}
	parent, ok := runtime.FromContext(ctx)
	if !ok {
		return pid.PID{}, runtime.ErrNotInProcess
	}
	s := &standby{
		c: c, name: name, start: start, shutdown: shutdown, parent: parent.PID(),
		key: c.Key("l", name), leaders: leadersOf(c),
	}
	p, _, err := parent.SpawnOpt(runtime.SpawnOptions{Link: true, TrapExit: true, Label: "standby of " + name}, s.run)
	if err != nil {
		return pid.PID{}, fmt.Errorf("single: %w", err)
	}
	return p, nil
}

// Find returns the standby that has a name. It asks the directory, and returns
// directory.ErrNotFound if there is none now.
func Find(ctx context.Context, c *cluster.Cluster, name string) (pid.PID, error) {
	d, err := c.Directory()
	if err != nil {
		return pid.PID{}, err
	}
	e, err := d.Get(ctx, c.Key("l", name))
	if err != nil {
		return pid.PID{}, fmt.Errorf("single: find %s: %w", name, err)
	}
	return pid.ParsePID(string(e.Value))
}

// IsLeader reports whether the process of a name runs on this node now, and its fence. It
// is not true for any time to come: what is done with it has to carry the fence.
func IsLeader(c *cluster.Cluster, name string) (directory.Fence, bool) {
	l := leadersOf(c)
	l.mu.Lock()
	defer l.mu.Unlock()
	h, ok := l.of[name]
	if !ok || !h.session.Open() {
		return 0, false
	}
	return h.fence, true
}

// leaders are the names that this node holds.
type leaders struct {
	mu       sync.Mutex
	of       map[string]holding // guarded by mu
	starters map[string]pid.PID // guarded by mu; who starts, or has started, what holds a name
}

// holding is a name that is held with a session, by a process.
type holding struct {
	session *cluster.Session
	fence   directory.Fence
	process pid.PID
}

var _ cluster.NamesShower = (*leaders)(nil)

// ShowNames implements [cluster.NamesShower].
func (l *leaders) ShowNames() (all []inspect.ClusterName) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, h := range l.of {
		all = append(all, inspect.ClusterName{
			Name: name, Kind: inspect.ClusterSingleton, Node: h.process.Node().Name(), PID: h.process, Fence: uint64(h.fence),
		})
	}
	return all
}

// leadersKey is what leaders are attached to their cluster under.
type leadersKey struct{}

func leadersOf(c *cluster.Cluster) *leaders {
	return c.Attach(leadersKey{}, func() any { return &leaders{of: make(map[string]holding), starters: make(map[string]pid.PID)} }).(*leaders)
}

func (l *leaders) put(name string, h holding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of[name] = h
}

func (l *leaders) remove(name string, h holding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[name] == h {
		delete(l.of, name)
	}
}

func (l *leaders) putStarter(name string, p pid.PID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.starters[name] = p
}

func (l *leaders) removeStarter(name string, p pid.PID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.starters[name] == p {
		delete(l.starters, name)
	}
}

// killStarter kills the starter of a name, and what it has started.
func (l *leaders) killStarter(rt *runtime.Runtime, name string) {
	l.mu.Lock()
	p, ok := l.starters[name]
	l.mu.Unlock()
	if ok {
		killStarted(rt, p)
	}
}
