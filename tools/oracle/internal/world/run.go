package world

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
)

// Spread is over how many nodes the processes of a scenario are spread.
type Spread int

// The spreads.
const (
	OneNode  Spread = 1
	TwoNodes Spread = 2 // of one program, which talk over TCP
)

// Run carries a scenario out and returns its result, in values that canon writes.
// If it cannot be spread so the result has, instead of steps, why it was skipped.
// An error says in which step the scenario asks for what none may ask for, or the
// runtime did what no result can express.
func Run(s scenario.Scenario, spread Spread) (map[string]any, error) {
	begin := oneNode
	if spread == TwoNodes {
		if why := unspreadable(s); why != "" {
			return map[string]any{"name": s.Name, "skipped": why}, nil
		}
		begin = twoNodes
	}
	return untilInTime(func(slower int) (map[string]any, error) { return run(s, slower, begin) })
}

// untilInTime repeats a run that is void with a slower clock.
func untilInTime(run func(slower int) (map[string]any, error)) (result map[string]any, err error) {
	for _, slower := range slowdowns {
		if result, err = run(slower); !errors.Is(err, errVoid) {
			break
		}
	}
	return result, err
}

func run(s scenario.Scenario, slower int, begin beginning) (result map[string]any, err error) {
	w, err := newWorld(s, slower, begin)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	results := make([]any, len(s.Steps))
	for i, step := range s.Steps {
		if results[i], err = w.step(step); err != nil {
			return nil, fmt.Errorf("step %d: %s: %w", i+1, step.Text, err)
		}
	}
	return map[string]any{"name": s.Name, "steps": results, "final": w.final()}, nil
}
