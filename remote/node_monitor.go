package remote

import (
	"maps"
	"slices"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// MonitorNodes makes the process receive a [NodeUp] for each connection from now on,
// a [NodeDown] for the end of each, and returns the names of the nodes that are
// connected now. A second call changes nothing. The process's end is enough to end
// it, or [Node.DemonitorNodes].
func (n *Node) MonitorNodes(ctx *runtime.Context) []string {
	n.watchers.mu.Lock()
	defer n.watchers.mu.Unlock()
	// Nobody tells of a process's end here; so the ended make room for the new.
	maps.DeleteFunc(n.watchers.of, func(p pid.PID, _ struct{}) bool { return !n.rt.IsAlive(p) })
	if n.watchers.of == nil {
		n.watchers.of = make(map[pid.PID]struct{})
	}
	n.watchers.of[ctx.PID()] = struct{}{}
	return slices.Sorted(maps.Keys(n.watchers.up))
}

// DemonitorNodes ends what [Node.MonitorNodes] began. What is in the mailbox stays.
func (n *Node) DemonitorNodes(ctx *runtime.Context) {
	n.watchers.mu.Lock()
	defer n.watchers.mu.Unlock()
	delete(n.watchers.of, ctx.PID())
}

// tellUp tells all of a connection to a node.
func (m *nodeMonitors) tellUp(n *Node, event NodeUp) {
	m.tell(n, event, func() { put(&m.up, event.Node) })
}

// tellDown tells all of the end of the connection to a node.
func (m *nodeMonitors) tellDown(n *Node, event NodeDown) {
	m.tell(n, event, func() { delete(m.up, event.Node) })
}

func put(set *map[string]struct{}, name string) {
	if *set == nil {
		*set = make(map[string]struct{})
	}
	(*set)[name] = struct{}{}
}

// tell sends an event to all, and notes it in the same critical section: so who begins to
// be told learns of each connection either by MonitorNodes or by an event. It does not
// wait: for who has a bounded mailbox and no room the event waits, in order.
func (m *nodeMonitors) tell(n *Node, event any, noteLocked func()) {
	m.mu.Lock()
	noteLocked()
	all := make([]pid.PID, 0, len(m.of))
	for p := range m.of {
		if n.rt.IsAlive(p) {
			all = append(all, p)
		} else {
			delete(m.of, p)
		}
	}
	m.mu.Unlock()
	for _, p := range all {
		n.port.Tell(p, event)
	}
}

// Nodes returns the names of the nodes that this one is connected to, sorted. Observers
// are not among them.
func (n *Node) Nodes() []string {
	var names []string
	for name, c := range n.routes.Load().byName {
		if !c.Hidden() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
