package group

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/runtime"
)

// The errors by which callers branch, with errors.Is.
var (
	// ErrNotJoined tells that the process is no member of the group.
	ErrNotJoined = errors.New("group: process has not joined")
	// ErrClosed tells that the cluster has been left.
	ErrClosed = errors.New("group: scope is closed")
)

// Scope is a set of groups on this node. All goroutines may share it. It ends with the
// cluster's membership.
type Scope struct {
	name   string
	server pid.PID
	rt     *runtime.Runtime
	table  *table
}

// scopeKey is what a Scope is attached to its cluster under.
type scopeKey string

// opening is a Scope, or why there is none.
type opening struct {
	scope *Scope
	err   error
}

// Open opens a scope, or returns the one that is open. Its groups have the members of
// all nodes that have opened the scope of this name.
func Open(c *cluster.Cluster, name string) (*Scope, error) {
	o := c.Attach(scopeKey(name), func() any {
		s, err := open(c, name)
		return opening{s, err}
	}).(opening)
	return o.scope, o.err
}

func open(c *cluster.Cluster, name string) (*Scope, error) {
	s := &Scope{name: name, rt: c.Runtime(), table: newTable()}
	k := newKeeper(c, s.table, serverName(name))
	var err error
	s.server, err = s.rt.SpawnOpt(runtime.SpawnOptions{Name: k.name, Label: "group scope " + name, TrapExit: true}, k.run)
	if err != nil {
		return nil, fmt.Errorf("group: open %s: %w", name, err)
	}
	go func() { // ends with the cluster or with the server, whichever is first
		select {
		case <-c.Done():
			_ = s.rt.Exit(s.server, signal.Shutdown)
		case <-k.ended:
		}
	}()
	return s, nil
}

// serverName is the registered name of a scope's server, on every node.
func serverName(scope string) string { return "starlang.group/" + scope }

// Name returns the scope's name.
func (s *Scope) Name() string { return s.name }

// ask has the server do something in the name of the process that ctx carries.
func (s *Scope) ask(ctx context.Context, req *request) error {
	p, err := runtime.CurrentPID(ctx)
	if err != nil {
		return fmt.Errorf("group: %w", err)
	}
	req.PID = p
	code, err := runtime.Call[int](ctx, s.server, req)
	switch {
	case errors.Is(err, runtime.ErrNoProc):
		return ErrClosed
	case err != nil:
		return fmt.Errorf("group: %w", err)
	case code == notJoined:
		return ErrNotJoined
	}
	return nil
}

// Join makes the process that ctx carries a member of a group, once more if it is one.
// It is one when Join returns, until it leaves or ends.
func (s *Scope) Join(ctx context.Context, group string) error {
	return s.ask(ctx, &request{Op: opJoin, Group: group})
}

// Leave takes one membership back. It returns ErrNotJoined if there is none.
func (s *Scope) Leave(ctx context.Context, group string) error {
	return s.ask(ctx, &request{Op: opLeave, Group: group})
}

// Members returns the members of a group, on all nodes that this one can reach, in no
// order. The slice must not be changed.
func (s *Scope) Members(group string) []pid.PID { return s.table.get(group).all }

// LocalMembers returns the members of a group that are on this node. The slice must not
// be changed.
func (s *Scope) LocalMembers(group string) []pid.PID { return s.table.get(group).local }

// Groups returns the names of the groups that have members, sorted.
func (s *Scope) Groups() []string { return s.table.groups() }

// Monitor makes the process that ctx carries receive a [Changed] for each change of a
// group from now on, and returns the members that there are now.
func (s *Scope) Monitor(ctx context.Context, group string) ([]pid.PID, pid.Ref, error) {
	req := &request{Op: opMonitor, Group: group, Ref: s.rt.Node().NextRef()}
	if err := s.ask(ctx, req); err != nil {
		return nil, pid.Ref{}, err
	}
	return req.members, req.Ref, nil
}

// MonitorAll is [Scope.Monitor] of all groups of the scope. What there is now comes as
// changes.
func (s *Scope) MonitorAll(ctx context.Context) (pid.Ref, error) {
	req := &request{Op: opMonitorAll, Ref: s.rt.Node().NextRef()}
	return req.Ref, s.ask(ctx, req)
}

// Demonitor ends a monitor. What is in the mailbox stays.
func (s *Scope) Demonitor(ctx context.Context, ref pid.Ref) error {
	return s.ask(ctx, &request{Op: opDemonitor, Ref: ref})
}
