// Package replay carries out scenarios of supervision trees with package supervisor. The
// README of tools/oracle/supervision says what is in a scenario and in a result.
package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// Scenario is a tree and what happens to it.
type Scenario struct {
	Name  string `json:"name"`
	Tree  Tree   `json:"tree"`
	Steps []Step `json:"steps"`
}

// Tree is a supervisor and what is below it.
type Tree struct {
	Strategy     string  `json:"strategy"`
	Intensity    int     `json:"intensity"`
	Period       int     `json:"period"` // in seconds
	AutoShutdown string  `json:"auto_shutdown"`
	Children     []Child `json:"children,omitempty"`
	Template     *Child  `json:"template,omitempty"` // of simple_one_for_one
}

// Child is a worker, which has a Kind, or a supervisor, which has a Tree.
type Child struct {
	ID          string `json:"id"`
	Restart     string `json:"restart"`
	Significant bool   `json:"significant,omitempty"`
	Shutdown    any    `json:"shutdown"` // milliseconds, or "brutal_kill", or "infinity"
	Kind        string `json:"kind,omitempty"`
	Tree        *Tree  `json:"tree,omitempty"`
}

// Step is what happens: a verb and its objects.
type Step []any

// Result is what has come of a scenario.
type Result struct {
	Name  string   `json:"name"`
	Steps []Change `json:"steps"`
}

// Change is what has come of a step, the start of the tree being the first.
type Change struct {
	Exits []string `json:"exits"` // who ended and why, sorted
	Order []string `json:"order"` // starts, and stops of those who can tell, in order
	Reply string   `json:"reply"`
	Tree  string   `json:"tree"` // what it looks like afterwards
}

// ReadScenarios reads a file with a scenario on each line.
func ReadScenarios(file string) ([]Scenario, error) { return readLines[Scenario](file) }

// ReadResults reads a file with a result on each line.
func ReadResults(file string) ([]Result, error) { return readLines[Result](file) }

func readLines[T any](file string) (all []T, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		all = append(all, v)
	}
	return all, nil
}

// text returns the i-th object of a step.
func (s Step) text(i int) string { return s[i+1].(string) }

// number returns the i-th object of a step.
func (s Step) number(i int) int { return int(s[i+1].(float64)) }

// check returns an error if s has not the objects that its verb needs.
func (s Step) check() error {
	shapes := map[string]string{
		"die": "tt", "kill": "t", "both": "ttt", "fail": "tn", "ignore": "tn", "crash": "tn", "start": "tc",
		"instance": "tt", "terminate": "tt", "terminate_pid": "tt", "restart": "tt", "delete": "tt", "wait": "n", "stop": "",
	}
	shape := ""
	for i, v := range s {
		if i == 0 {
			continue
		}
		switch v.(type) {
		case string:
			shape += "t"
		case float64:
			shape += "n"
		case map[string]any:
			shape += "c"
		}
	}
	if len(s) > 0 {
		if verb, ok := s[0].(string); ok {
			if want, known := shapes[verb]; known && want == shape {
				return nil
			}
		}
	}
	return fmt.Errorf("there is no step %v", []any(s))
}

// child returns the spec in a start step.
func (s Step) child() (c Child, err error) {
	text, err := json.Marshal(s[2])
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	return c, err
}
