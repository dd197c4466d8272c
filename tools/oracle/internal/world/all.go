package world

import (
	"iter"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
)

// Outcome is what became of one scenario: its result, or an error.
type Outcome struct {
	Scenario scenario.Scenario
	Result   map[string]any // see Run
	Err      error
}

// Skipped reports whether the scenario was not carried out, because it cannot be
// spread over several nodes.
func (o Outcome) Skipped() bool { return o.Result["skipped"] != nil }

// perCPU is how many scenarios are under way for each CPU. Most of the time that a
// scenario with timers takes it waits.
const perCPU = 8

// All runs scenarios, several at a time and each in a world of its own, and
// iterates over what became of them, in their order.
func All(scenarios []scenario.Scenario, spread Spread) iter.Seq[Outcome] {
	return func(yield func(Outcome) bool) {
		outcomes := make([]chan Outcome, len(scenarios))
		for i := range outcomes {
			outcomes[i] = make(chan Outcome, 1)
		}
		var begun atomic.Int64
		work := func() { // ends when all have begun; outcomes find room
			for i := begun.Add(1) - 1; i < int64(len(scenarios)); i = begun.Add(1) - 1 {
				result, err := Run(scenarios[i], spread)
				outcomes[i] <- Outcome{scenarios[i], result, err}
			}
		}
		var workers sync.WaitGroup
		defer workers.Wait()
		for range perCPU * runtime.GOMAXPROCS(0) {
			workers.Go(work)
		}
		for i := range outcomes {
			if !yield(<-outcomes[i]) {
				begun.Store(int64(len(scenarios)))
				return
			}
		}
	}
}
