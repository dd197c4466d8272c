package world

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
)

// world is where one scenario happens. It belongs to the driver's goroutine; a
// puppet uses it only while it carries out an order, when the driver waits.
type world struct {
	nodes   []*runtime.Runtime // names are registered on the first
	places  map[string]int     // of puppets, among the nodes
	puppets map[string]*puppet // all that were spawned
	names   map[pid.PID]string // of puppets
	refs    map[string]pid.Ref // of monitors, by label
	labels  map[pid.Ref]string
	timers  map[string]*timer // by label
	clock   clock
}

// newWorld makes a world for the scenario s.
func newWorld(s scenario.Scenario, slower int, begin beginning) (*world, error) {
	nodes, err := begin()
	if err != nil {
		return nil, err
	}
	return &world{
		nodes:   nodes,
		places:  places(s),
		puppets: map[string]*puppet{},
		names:   map[pid.PID]string{},
		refs:    map[string]pid.Ref{},
		labels:  map[pid.Ref]string{},
		timers:  map[string]*timer{},
		clock:   clock{slower: slower},
	}, nil
}

// home returns the node that the puppet with a name lives on.
func (w *world) home(name string) *runtime.Runtime { return w.nodes[w.places[name]%len(w.nodes)] }

func (w *world) pid(name string) pid.PID { return w.puppets[name].pid }

// sorted returns the puppets in the order of their names.
func (w *world) sorted() []*puppet {
	return slices.SortedFunc(maps.Values(w.puppets), func(a, b *puppet) int { return cmp.Compare(a.name, b.name) })
}

// final returns what there is at the end of a scenario.
func (w *world) final() map[string]any {
	alive, dead := []string{}, map[string]any{}
	mailboxes, links, registered := map[string]any{}, map[string]any{}, map[string]any{}
	for _, p := range w.sorted() {
		if p.dead {
			dead[p.name] = scenario.ReasonJSON(p.reason)
			continue
		}
		alive = append(alive, p.name)
		mailboxes[p.name] = messagesJSON(p.box)
		links[p.name] = w.query("links", p)
	}
	for name, owner := range w.nodes[0].RegisteredNames() {
		registered[name] = w.names[owner]
	}
	return map[string]any{
		"alive": alive, "dead": dead, "mailboxes": mailboxes, "links": links, "registered": registered,
	}
}

// close ends all that the scenario has left.
func (w *world) close() error {
	for _, t := range w.timers {
		t.node.CancelTimer(t.ref)
	}
	for _, p := range w.puppets {
		p.handle.Exit(signal.Kill)
	}
	if err := closeNodes(w.nodes); err != nil {
		return fmt.Errorf("after the scenario: %w", err)
	}
	return nil
}
