// Package replay runs scenarios of servers, state machines and applications with the
// packages of module runtime.
package replay

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// Kinds of scenarios.
const (
	Server  = "server"
	Machine = "machine"
	Program = "program"
)

// Scenario is something that happens to a server or a machine whose messages say what it
// does with them, or to a program of applications.
type Scenario struct {
	Name string `json:"name"`
	Kind string `json:"kind"`

	Trap  bool                `json:"trap"`
	Init  []Action            `json:"init"`
	Enter map[string][]Action `json:"enter"` // of a machine: what it does when it enters a state
	Steps []Step              `json:"steps"`

	Apps []App  `json:"apps"` // of a program
	Ends string `json:"ends"` // the application that ends by itself; "": none
	With string `json:"with"` // its reason
}

// Step is what is done from outside at a time. Times are numbers of units, of which nobody
// needs to know how long they are.
type Step struct {
	At     int    `json:"at"`
	Do     string `json:"do"` // call, cast, info, exit, stop
	Msg    *Msg   `json:"msg,omitempty"`
	Reason string `json:"reason,omitempty"`
	From   string `json:"from,omitempty"` // of exit: parent or stranger
}

// Msg is a message, and what is done with it: the first time, the second, and so on. The
// last is for all times that follow.
type Msg struct {
	ID string     `json:"id"`
	Do [][]Action `json:"do"`
}

// Action is one thing that is done with a message.
type Action struct {
	Op    string `json:"op"`
	Text  string `json:"text,omitempty"`  // a state, a timer, a kind, a call, a reason
	After int    `json:"after,omitempty"` // of a timeout
	Value int    `json:"value,omitempty"` // of a reply
	Msg   *Msg   `json:"msg,omitempty"`
}

// App is an application of a program.
type App struct {
	Name string   `json:"name"`
	Deps []string `json:"deps"`
	Type string   `json:"type"`
}

// Result is what has come of a scenario.
type Result struct {
	Name  string            `json:"name"`
	Trace []string          `json:"trace"` // what the functions of the server were called with, and when
	Calls map[string]string `json:"calls"` // what has come of each call, and when
	Exit  string            `json:"exit"`  // why it has ended, and when; alive if it has not
}

// after is how many units pass after the last step until a scenario is over.
const after = 100

// attempt returns what is done with m the n-th time, from 0.
func (m *Msg) attempt(n int) []Action {
	if len(m.Do) == 0 {
		return nil
	}
	return m.Do[min(n, len(m.Do)-1)]
}

// prune drops what was not done with m, which was handled so many times.
func (m *Msg) prune(times map[string]int) {
	if m == nil {
		return
	}
	m.Do = m.Do[:min(len(m.Do), times[m.ID])]
	for _, actions := range m.Do {
		prune(actions, times)
	}
}

func prune(actions []Action, times map[string]int) {
	for _, a := range actions {
		a.Msg.prune(times)
	}
}

// Read reads a file of JSON Lines.
func Read[T any](file string) (all []T, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		all = append(all, v)
	}
	return all, lines.Err()
}

// Write writes a file of JSON Lines.
func Write[T any](file string, all []T) error {
	var b bytes.Buffer
	lines := json.NewEncoder(&b)
	lines.SetEscapeHTML(false)
	for _, v := range all {
		if err := lines.Encode(v); err != nil {
			return err
		}
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}
