// Package behaviours holds packages genserver, statem and application against Erlang/OTP's
// gen_server, gen_statem and application. README.md says what is in the files.
package behaviours

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/starlang-go/starlang/tools/oracle/behaviours/replay"
)

//go:embed record/behaviours.escript
var recorder []byte

// Record runs scenarios with an installed Erlang, so many at a time, and returns what has
// come of them. unit is how long a unit of their time is: long enough for a loaded machine.
func Record(scenarios []replay.Scenario, unit time.Duration, parallel int) ([]replay.Result, error) {
	dir, err := os.MkdirTemp("", "behaviours")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	script, in, out := filepath.Join(dir, "behaviours.escript"), filepath.Join(dir, "in"), filepath.Join(dir, "out")
	if err := os.WriteFile(script, recorder, 0o600); err != nil {
		return nil, err
	}
	if err := replay.Write(in, scenarios); err != nil {
		return nil, err
	}
	cmd := exec.Command("escript", script, in, out, strconv.FormatInt(unit.Milliseconds(), 10), strconv.Itoa(parallel))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("escript: %w", err)
	}
	results, err := replay.Read[replay.Result](out)
	if err != nil {
		return nil, err
	}
	return inOrder(scenarios, results)
}

// inOrder returns results in the order of their scenarios.
func inOrder(scenarios []replay.Scenario, results []replay.Result) ([]replay.Result, error) {
	byName := make(map[string]replay.Result, len(results))
	for _, r := range results {
		byName[r.Name] = r
	}
	ordered := make([]replay.Result, len(scenarios))
	for i, s := range scenarios {
		r, ok := byName[s.Name]
		if !ok {
			return nil, fmt.Errorf("scenario %q was not recorded", s.Name)
		}
		ordered[i] = r
	}
	return ordered, nil
}
