package observer

import (
	"context"
	"slices"
	"sync"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// nodeView is a node among others.
type nodeView struct {
	Node    string          `json:"node"`
	Error   string          `json:"error,omitempty"`
	Numbers inspect.Numbers `json:"numbers"`
	Peers   []inspect.Peer  `json:"peers"`
	Alarms  int             `json:"alarms"`
}

// peer returns the connection with a node, if there is one.
func (v nodeView) peer(node string) (inspect.Peer, bool) {
	i := slices.IndexFunc(v.Peers, func(p inspect.Peer) bool { return p.Node == node })
	if i < 0 {
		return inspect.Peer{}, false
	}
	return v.Peers[i], true
}

func showNodes(ctx context.Context, a *ask) (any, templ.Component, error) {
	all := make([]nodeView, len(a.o.hubs))
	var under sync.WaitGroup
	for i, h := range a.o.hubs {
		under.Go(func() { all[i] = lookAtNode(ctx, h) })
	}
	under.Wait()
	return all, nodesView(a, all, columnsOf(all)), nil
}

func lookAtNode(ctx context.Context, h *hub) nodeView {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	v := nodeView{Node: h.target.name}
	c, err := h.target.ask(ctx)
	if err == nil {
		v.Numbers, err = c.Runtime(ctx)
	}
	var list inspect.NodeList
	if err == nil {
		list, err = c.Nodes(ctx, inspect.Nodes{})
	}
	var alarms inspect.AlarmList
	if err == nil {
		alarms, err = c.Alarms(ctx, inspect.Alarms{})
	}
	v.Peers, v.Alarms = list.Peers, len(alarms.Active)
	if err != nil {
		v.Error = err.Error()
	}
	return v
}

// maxColumns bounds the matrix of connections.
const maxColumns = 50

// columnsOf returns the nodes that any is connected with.
func columnsOf(all []nodeView) (nodes []string) {
	for _, v := range all {
		for _, p := range v.Peers {
			nodes = append(nodes, p.Node)
		}
	}
	slices.Sort(nodes)
	nodes = slices.Compact(nodes)
	return nodes[:min(len(nodes), maxColumns)]
}
