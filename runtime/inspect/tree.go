package inspect

import (
	"cmp"
	"context"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/term"
)

// Roots asks for the supervisors that no other supervisor has started.
type Roots struct{ N int } // at most MaxRows; 0: 200

// Tree asks a supervisor, and those below it, for its children.
type Tree struct {
	Root  string
	Depth int // at most 10; 0: 3
	After int // how many of the root's children to leave out
}

// The bounds of a [Tree].
const (
	MaxChildren    = 200  // of each supervisor, after those left out
	maxBranches    = 5000 // in one answer
	supervisorTime = time.Second
)

// Branch is a supervisor or a child of one.
type Branch struct {
	ID       string   `json:"id,omitempty"`
	PID      pid.PID  `json:"pid,omitzero"` // zero unless it is running
	Name     string   `json:"name,omitempty"`
	Type     string   `json:"type"`  // worker or supervisor
	State    string   `json:"state"` // running, restarting or stopped
	Restart  string   `json:"restart,omitempty"`
	Restarts uint64   `json:"restarts"`
	Queue    int      `json:"queue"`
	Error    string   `json:"error,omitempty"` // why a supervisor did not tell of its children
	Total    int      `json:"total,omitempty"` // how many children it has
	Children []Branch `json:"children,omitempty"`
}

// Apps asks for the applications.
type Apps struct{}

// AppList is the answer to [Apps].
type AppList struct {
	Apps    []App `json:"apps"` // in start order
	Ready   bool  `json:"ready"`
	Healthy bool  `json:"healthy"`
}

// App is how an application does, see [application.AppStatus].
type App struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Error string `json:"error,omitempty"`
}

func init() {
	term.MustRegister[Roots]("inspect.Roots")
	term.MustRegister[Tree]("inspect.Tree")
	term.MustRegister[Branch]("inspect.Branch")
	term.MustRegister[Apps]("inspect.Apps")
	term.MustRegister[AppList]("inspect.AppList")
}

func (q Roots) answer(ctx context.Context, n *node) (any, error) {
	begun, rows := time.Now(), Rows{}
	found := firstN(bounded(q.N, MaxChildren, MaxRows), func(a, b Row) int { return cmp.Compare(a.PID.ID(), b.PID.ID()) })
	for b := range n.briefs(ctx) {
		rows.Total++
		if b.Behaviour == runtime.Supervisor && !n.isSupervisor(b.Parent) {
			rows.Matched++
			found.add(rowOf(b))
		}
	}
	rows.Rows = found.sorted()
	for i := range rows.Rows {
		n.nameRow(&rows.Rows[i])
	}
	rows.Took = time.Since(begun)
	return rows, context.Cause(ctx)
}

func (n *node) isSupervisor(p pid.PID) bool {
	s, ok := n.rt.InfoN(p, 0)
	return ok && s.Behaviour == runtime.Supervisor
}

func (q Tree) answer(ctx context.Context, n *node) (any, error) {
	p, err := n.findServer(q.Root, runtime.Supervisor)
	if err != nil {
		return nil, err
	}
	b := Branch{PID: p, Type: supervisor.Supervisor.String(), State: supervisor.Running.String()}
	s, _ := n.rt.InfoN(p, 0)
	b.ID, b.Name, b.Queue = s.Name, s.Name, s.QueueLen
	left := maxBranches
	n.grow(ctx, &b, bounded(q.Depth, 3, 10), max(q.After, 0), &left)
	return b, nil
}

// grow asks a supervisor for its children, and so on.
func (n *node) grow(ctx context.Context, b *Branch, depth, after int, left *int) {
	if depth == 0 || *left <= 0 {
		return
	}
	children, err := n.children(ctx, b.PID)
	if err != nil {
		b.Error = err.Error()
		return
	}
	b.Total = len(children)
	children = children[min(after, len(children)):]
	for _, c := range children[:min(len(children), MaxChildren, *left)] {
		*left--
		child := Branch{
			ID: c.ID, PID: c.PID, Type: c.Type.String(), State: c.State.String(),
			Restart: c.Restart.String(), Restarts: c.Restarts,
		}
		s, _ := n.rt.InfoN(c.PID, 0)
		child.Name, child.Queue = s.Name, s.QueueLen
		if s.Behaviour == runtime.Supervisor {
			n.grow(ctx, &child, depth-1, 0, left)
		}
		b.Children = append(b.Children, child)
	}
}

func (n *node) children(ctx context.Context, sup pid.PID) ([]supervisor.ChildInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, supervisorTime)
	defer cancel()
	return supervisor.WhichChildren(ctx, sup)
}

func (Apps) answer(ctx context.Context, n *node) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, supervisorTime)
	defer cancel()
	status := application.Check(ctx, n.rt)
	list := AppList{Ready: status.Ready(), Healthy: status.Healthy()}
	for _, a := range status.Apps {
		list.Apps = append(list.Apps, App{a.Name, string(a.State), cut(a.Error, maxLabelBytes)})
	}
	return list, nil
}
