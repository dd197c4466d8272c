package inspect

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// Waits asks who waits for whom, those first that have waited longest.
type Waits struct {
	N int // at most maxWaits; 0: 200
	// Cycles also looks for processes that wait for each other in a circle, on this
	// node and those connected with it.
	Cycles bool
}

// The bounds of a [Waits].
const (
	maxWaits  = 10_000
	maxCycles = 100
	// betweenPasses is the time between two looks: a circle that is none has gone by then.
	betweenPasses = 100 * time.Millisecond
	otherNodeTime = 2 * time.Second
)

// WaitList is the answer to [Waits].
type WaitList struct {
	Waits  []Wait  `json:"waits"`
	Cycles []Cycle `json:"cycles"`
	Total  int     `json:"total"`
	// Silent are nodes that did not tell who waits there: through them circles are
	// not seen.
	Silent []string `json:"silent,omitempty"`
}

// Wait is a call that waits for its reply.
type Wait struct {
	Caller     pid.PID       `json:"caller,omitzero"` // zero: the program
	CallerName string        `json:"caller_name,omitempty"`
	To         string        `json:"to"`                // a PID, or a name
	ToNode     string        `json:"to_node,omitempty"` // of a name on another node
	Callee     pid.PID       `json:"callee,omitzero"`   // who that is, if that is known
	CalleeName string        `json:"callee_name,omitempty"`
	Ref        pid.Ref       `json:"ref"`
	Age        time.Duration `json:"age_ns"`
}

// Cycle is a circle of waits: each waits for the next, and the last for the first.
type Cycle struct {
	Waits []Wait `json:"waits"`
}

func init() {
	term.MustRegister[Waits]("inspect.Waits")
	term.MustRegister[WaitList]("inspect.WaitList")
}

func (q Waits) answer(ctx context.Context, n *node) (any, error) {
	list := n.waits(bounded(q.N, 200, maxWaits))
	if q.Cycles {
		var err error
		if list.Cycles, list.Silent, err = n.cycles(ctx); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// waits returns those that wait on this node.
func (n *node) waits(limit int) WaitList {
	var list WaitList
	found := firstN(limit, func(a, b runtime.Wait) int { return cmp.Compare(b.Age, a.Age) })
	for w := range n.rt.Waits() {
		list.Total++
		found.add(w)
	}
	for _, w := range found.sorted() {
		list.Waits = append(list.Waits, n.wait(w))
	}
	return list
}

func (n *node) wait(w runtime.Wait) Wait {
	v := Wait{Caller: w.Caller, Callee: w.Callee, Ref: w.Ref, Age: w.Age}
	if w.To.PID.IsZero() {
		v.To, v.ToNode = w.To.Name.Name, w.To.Name.Node
	} else {
		v.To = w.To.PID.String()
		v.Callee = w.To.PID
	}
	v.CallerName, v.CalleeName = n.nameOf(w.Caller), n.nameOf(v.Callee)
	return v
}

func (n *node) nameOf(p pid.PID) string {
	s, _ := n.rt.InfoN(p, 0)
	return s.Name
}

// cycles returns the circles of waits that were there at two looks: those in between
// have lasted all the time, so all of a circle's waited at once.
func (n *node) cycles(ctx context.Context) (found []Cycle, silent []string, err error) {
	first, _ := n.allWaits(ctx)
	if len(circles(first)) == 0 {
		return nil, nil, nil
	}
	if err := pause(ctx, betweenPasses); err != nil {
		return nil, nil, err
	}
	second, silent := n.allWaits(ctx)
	still := make(map[pid.Ref]bool, len(first))
	for _, w := range first {
		still[w.Ref] = true
	}
	second = slices.DeleteFunc(second, func(w Wait) bool { return !still[w.Ref] })
	return circles(second), silent, nil
}

// allWaits returns those that wait on this node and the ones connected with it.
func (n *node) allWaits(ctx context.Context) (all []Wait, silent []string) {
	all = n.waits(maxWaits).Waits
	peers := n.peers()
	answers := make(chan peerWaits, len(peers)) // nobody may be left to read them
	ctx, cancel := context.WithTimeout(ctx, otherNodeTime)
	defer cancel()
	for _, p := range peers {
		go func() { answers <- askWaits(ctx, p.Node) }() // ends with ctx; we wait for it
	}
	for range peers {
		a := <-answers
		if a.err != nil {
			silent = append(silent, a.node)
		}
		all = append(all, a.waits...)
	}
	slices.Sort(silent)
	return resolve(all), silent
}

type peerWaits struct {
	node  string
	waits []Wait
	err   error
}

func askWaits(ctx context.Context, node string) peerWaits {
	list, err := ask[WaitList](ctx, pid.Name{Name: Name, Node: node}, Waits{N: maxWaits})
	for i := range list.Waits {
		if w := &list.Waits[i]; w.ToNode == "" && w.Callee.IsZero() {
			w.ToNode = node
		}
	}
	return peerWaits{node, list.Waits, err}
}

// resolve finds who has the names that are waited for on other nodes: only those that
// wait themselves can be part of a circle.
func resolve(all []Wait) []Wait {
	type place struct{ name, node string }
	owners := make(map[place]pid.PID)
	for _, w := range all {
		if w.CallerName != "" {
			owners[place{w.CallerName, w.Caller.Node().Name()}] = w.Caller
		}
	}
	for i := range all {
		if w := &all[i]; w.Callee.IsZero() && w.ToNode != "" {
			if p, ok := owners[place{w.To, w.ToNode}]; ok {
				w.Callee, w.CalleeName = p, w.To
			}
		}
	}
	return all
}

// circles returns circles of waits, of each group that waits for each other one.
func circles(all []Wait) (found []Cycle) {
	s := search{out: make(map[pid.PID][]Wait), state: make(map[pid.PID]int)}
	for _, w := range all {
		if !w.Caller.IsZero() && !w.Callee.IsZero() {
			s.out[w.Caller] = append(s.out[w.Caller], w)
		}
	}
	for _, w := range all {
		if c := s.from(w.Caller); c != nil && len(found) < maxCycles {
			found = append(found, Cycle{c})
		}
	}
	return found
}

// search is a search in depth, each process is come to once. state is 0 for one that
// nobody has come to, its place on the path from 1 on, and finished.
type search struct {
	out   map[pid.PID][]Wait
	state map[pid.PID]int
}

const finished = -1

// from returns a circle that can be reached from p by processes not yet looked at.
func (s *search) from(p pid.PID) []Wait {
	if p.IsZero() || s.state[p] != 0 {
		return nil
	}
	var path []Wait          // how the last of visiting was come to
	visiting := []pid.PID{p} // len(path)+1
	s.state[p] = 1
	for len(visiting) > 0 {
		at := visiting[len(visiting)-1]
		edges := s.out[at]
		if len(edges) == 0 {
			s.state[at] = finished
			visiting = visiting[:len(visiting)-1]
			path = path[:max(len(path)-1, 0)]
			continue
		}
		w := edges[0]
		s.out[at] = edges[1:]
		switch place := s.state[w.Callee]; {
		case place > 0:
			circle := slices.Clone(append(path, w)[place-1:])
			for _, q := range visiting {
				s.state[q] = finished
			}
			return circle
		case place == 0:
			path, visiting = append(path, w), append(visiting, w.Callee)
			s.state[w.Callee] = len(visiting)
		}
	}
	return nil
}
