package scenario

import (
	"encoding/json"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
)

// Scenario is a line of a scenario file.
type Scenario struct {
	Name  string
	Line  int // where it stands in its file, from 1
	Steps []Step
}

// Step is a step of a scenario, or an act of a seq. Which fields count depends on
// Op; those that are not given are zero. An empty string is never a process, a
// name or a label.
type Step struct {
	Text string // the step as JSON
	Op   string

	P, By, To           string // processes
	LinkTo, MonitoredBy string // processes
	Name, ToName        string // registered names
	Ref, Timer          string // labels
	Trap, On            bool
	Flush, Info         bool
	Kind                string // of recv_match: "user", "exit" or "down"
	Msg                 Msg
	Reason              signal.ExitReason
	Time                time.Duration // the field ms
	Do                  []Step        // the acts of a seq
}

// Actor returns the process that carries the step out, "" if the driver does.
func (s Step) Actor() string {
	switch s.Op {
	case "stop", "trap", "recv", "recv_match":
		return s.P
	case "spawn":
		if s.LinkTo != "" {
			return s.LinkTo
		}
		return s.MonitoredBy
	default:
		return s.By
	}
}

// Processes returns the processes that the step names, except the one that it
// spawns.
func (s Step) Processes() []string {
	var named []string
	for _, p := range []string{s.By, s.To, s.LinkTo, s.MonitoredBy} {
		if p != "" {
			named = append(named, p)
		}
	}
	if s.P != "" && s.Op != "spawn" {
		named = append(named, s.P)
	}
	for _, act := range s.Do {
		named = append(named, act.Processes()...)
	}
	return named
}

// Msg is a message that processes send to each other: an integer of any size, or
// a string.
type Msg struct {
	Text    string
	Integer bool
}

// JSON returns m as it stands in scenarios and results.
func (m Msg) JSON() any {
	if m.Integer {
		return json.Number(m.Text)
	}
	return m.Text
}

// ReasonJSON returns an exit reason as it stands in scenarios and results.
func ReasonJSON(r signal.ExitReason) any {
	switch {
	case r.IsError():
		return map[string]any{"error": r.Text()}
	case r.IsShutdown() && r != signal.Shutdown:
		return map[string]any{"shutdown": r.Text()}
	default:
		return r.String()
	}
}
