package behaviours

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/starlang-go/starlang/tools/oracle/behaviours/replay"
)

// Outcome is what has come of a scenario here.
type Outcome struct {
	Scenario replay.Scenario
	Result   replay.Result
	Tied     bool   // it says nothing, see replay.Run
	Err      string // why it could not be run; "": it was
}

// Runner runs scenarios, each in a bubble with a clock of its own.
type Runner func([]replay.Scenario) ([]Outcome, error)

// InTest returns a [Runner] for a test. Bubbles belong to tests.
func InTest(t *testing.T) Runner {
	return func(scenarios []replay.Scenario) ([]Outcome, error) {
		all := make([]Outcome, len(scenarios))
		for i, s := range scenarios {
			synctest.Test(t, func(*testing.T) {
				o := Outcome{Scenario: s}
				var err error
				if o.Result, o.Tied, err = replay.Run(s); err != nil {
					o.Err = err.Error()
				}
				all[i] = o
			})
			synctest.Test(t, func(*testing.T) { all[i].Scenario = replay.Pruned(s) })
		}
		return all, nil
	}
}

// child is the first argument of a program that is to be a test: see [InChild].
const child = "behaviours-child"

// InChild is a [Runner] for a program that is no test: it runs itself as one, whose main
// function calls [BeChild].
func InChild(scenarios []replay.Scenario) ([]Outcome, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "behaviours")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	if err := replay.Write(in, scenarios); err != nil {
		return nil, err
	}
	if text, err := exec.Command(self, child, in, out).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("run scenarios: %w\n%s", err, text)
	}
	return replay.Read[Outcome](out)
}

// BeChild runs scenarios and ends the program if that is what it was started for.
func BeChild() {
	if len(os.Args) != 4 || os.Args[1] != child {
		return
	}
	in, out := os.Args[2], os.Args[3]
	os.Args = os.Args[:1] // package testing would read the rest
	testing.Main(func(string, string) (bool, error) { return true, nil },
		[]testing.InternalTest{{Name: "scenarios", F: func(t *testing.T) {
			scenarios, err := replay.Read[replay.Scenario](in)
			if err != nil {
				t.Fatal(err)
			}
			outcomes, err := InTest(t)(scenarios)
			if err == nil {
				err = replay.Write(out, outcomes)
			}
			if err != nil {
				t.Fatal(err)
			}
		}}}, nil, nil)
}

// Generate returns count random scenarios that say something, and what run makes of them.
func Generate(run Runner, seed uint64, count int) (scenarios []replay.Scenario, results []replay.Result, err error) {
	for next := uint64(0); len(scenarios) < count; {
		batch := make([]replay.Scenario, count-len(scenarios)+count/2)
		for i := range batch {
			batch[i] = replay.Random(seed, next)
			next++
		}
		outcomes, err := run(batch)
		if err != nil {
			return nil, nil, err
		}
		for _, o := range outcomes {
			switch {
			case o.Err != "":
				return nil, nil, fmt.Errorf("scenario %q: %s", o.Scenario.Name, o.Err)
			case !o.Tied && len(scenarios) < count:
				scenarios, results = append(scenarios, o.Scenario), append(results, o.Result)
			}
		}
	}
	return scenarios, results, nil
}
