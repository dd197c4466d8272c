package world

import (
	"fmt"
	"strings"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
)

var (
	ErrVoid     = errVoid
	Poll        = poll
	UntilInTime = untilInTime

	OneNodeWorld = oneNode
	Unspreadable = unspreadable
	Places       = places
	StartNode    = startNode
	ConnectNodes = connectNodes
)

// Watch carries a scenario out, in time or not, and calls after once a step has
// settled. picture describes what the runtime says at the moment when it is called.
func Watch(s scenario.Scenario, begin func() ([]*runtime.Runtime, error), after func(step int, picture func() string)) error {
	w, err := newWorld(s, 1, begin)
	if err != nil {
		return err
	}
	for i, step := range s.Steps {
		if _, err := w.step(step); err != nil {
			return fmt.Errorf("step %d: %w (%w)", i+1, err, w.close())
		}
		after(i+1, w.picture)
	}
	return w.close()
}

func (w *world) picture() string {
	var b strings.Builder
	for _, p := range w.sorted() {
		s := p.handle.Info()
		fmt.Fprintln(&b, p.name, s.State, s.Reason, s.Name, s.QueueLen, s.Received, s.Links, s.Monitors, s.MonitoredBy)
	}
	for name, owner := range w.nodes[0].RegisteredNames() {
		fmt.Fprintln(&b, name, owner)
	}
	return b.String()
}
