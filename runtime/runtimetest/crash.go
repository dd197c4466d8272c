package runtimetest

import (
	"fmt"
	"strings"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// Crash is the end of a process by a failure of its own, and what the runtime's report
// says of it. Of a storm of equal crashes only the first ones have a report: all but
// PID and Reason is then empty.
type Crash struct {
	PID         pid.PID
	Reason      signal.ExitReason
	Name, Label string
	Type        string // of the server, or the body's function
	Message     string // the last one, as it may be shown
	State       string // of the server, as it may be shown
	Stack       string // of a panic
}

// String returns what is known of the crash, without the state.
func (c Crash) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v", c.PID)
	for _, s := range []string{c.Name, c.Label, c.Type} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	fmt.Fprintf(&b, ": %v", c.Reason)
	if c.Message != "" {
		b.WriteString(", at " + c.Message)
	}
	if c.Stack != "" {
		b.WriteString("\n" + c.Stack)
	}
	return b.String()
}

// set takes over an attribute of a report.
func (c *Crash) set(key, value string) {
	switch key {
	case "name":
		c.Name = value
	case "label":
		c.Label = value
	case "type":
		c.Type = value
	case "message":
		c.Message = value
	case "state":
		c.State = value
	case "stack":
		c.Stack = value
	}
}
