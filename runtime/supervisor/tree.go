package supervisor

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// Node is a process of a supervision tree, or the lack of one, as it was when [Tree]
// looked. Its JSON form has the names of the fields in lower case.
type Node struct {
	ID       string  `json:"id"`                 // of the root: its name
	PID      pid.PID `json:"pid,omitzero"`       // zero unless it is running
	Type     string  `json:"type"`               // worker or supervisor
	State    string  `json:"state"`              // running, restarting or stopped
	Restart  string  `json:"restart,omitempty"`  // permanent, …; "" of the root
	Restarts uint64  `json:"restarts,omitempty"` // how often it was restarted
	Strategy string  `json:"strategy,omitempty"` // of a supervisor
	Error    string  `json:"error,omitempty"`    // why a supervisor did not tell of its children
	Children []*Node `json:"children,omitempty"` // in start order
}

// Tree returns the tree below a supervisor. It asks one supervisor after the other, so
// it is no snapshot of a tree that changes. ctx is a process's own Context or derives
// from it, and bounds the wait for all of them: one that does not answer in time, or has
// ended meanwhile, has an Error in place of children. The error is that of the root.
func Tree(ctx context.Context, sup genserver.Ref) (*Node, error) {
	d, err := genserver.Inspect[description](ctx, sup, describe{})
	if err != nil {
		return nil, err
	}
	root := &Node{ID: d.Name, PID: d.PID, Type: Supervisor.String(), State: Running.String()}
	root.describe(ctx, d)
	return root, nil
}

// describe fills in what a supervisor has told, and asks those below it.
func (n *Node) describe(ctx context.Context, d description) {
	n.Strategy = d.Strategy.String()
	for _, c := range d.Children {
		child := &Node{
			ID: c.ID, PID: c.PID, Type: c.Type.String(), State: c.State.String(),
			Restart: c.Restart.String(), Restarts: c.Restarts,
		}
		n.Children = append(n.Children, child)
		if c.Type == Supervisor && c.State == Running {
			child.ask(ctx)
		}
	}
}

func (n *Node) ask(ctx context.Context) {
	d, err := genserver.Inspect[description](ctx, n.PID, describe{})
	var failed *runtime.RuntimeError
	switch {
	case err == nil:
		n.describe(ctx, d)
	case errors.As(err, &failed):
		n.Error = failed.Err.Error() // the rest is known
	default:
		n.Error = err.Error()
	}
}

// summary says in words what n is, but for its ID.
func (n *Node) summary() string {
	text := n.Type
	if n.Strategy != "" {
		text = n.Strategy
	}
	if n.Restart != "" {
		text += ", " + n.Restart
	}
	if n.State != Running.String() {
		text += ", " + n.State
	}
	if n.Restarts > 0 {
		text += fmt.Sprintf(", restarts: %d", n.Restarts)
	}
	if n.Error != "" {
		text += ", error: " + n.Error
	}
	return text
}
