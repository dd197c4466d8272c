package application

import (
	"fmt"
	"strings"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// StartError says which application could not be started, and why. Those that had
// started were stopped.
type StartError struct {
	App string
	Err error
}

// Error implements error.
func (e *StartError) Error() string { return fmt.Sprintf("application %q: start: %v", e.App, e.Err) }

// Unwrap returns Err.
func (e *StartError) Unwrap() error { return e.Err }

// EndError says that an application has ended by itself, for which the others were
// stopped. It is its Reason for errors.Is.
type EndError struct {
	App    string
	Reason signal.ExitReason
}

// Error implements error.
func (e *EndError) Error() string {
	return fmt.Sprintf("application %q has ended: %s", e.App, e.Reason)
}

// Unwrap returns Reason.
func (e *EndError) Unwrap() error { return e.Reason }

// StopError lists what did not stop when it was asked to.
type StopError struct {
	Apps      []string         // whose trees were killed
	Processes []pid.PID        // that were killed at the end
	Abandoned []runtime.Zombie // whose goroutines still run
}

// orNil returns e if it lists anything.
func (e *StopError) orNil() error {
	if len(e.Apps)+len(e.Processes)+len(e.Abandoned) == 0 {
		return nil
	}
	return e
}

// Error implements error.
func (e *StopError) Error() string {
	var parts []string
	if len(e.Apps) > 0 {
		parts = append(parts, fmt.Sprintf("killed applications: %s", strings.Join(e.Apps, ", ")))
	}
	if len(e.Processes) > 0 {
		parts = append(parts, fmt.Sprintf("killed processes: %s", joined(e.Processes, pid.PID.String)))
	}
	if len(e.Abandoned) > 0 {
		parts = append(parts, fmt.Sprintf("abandoned goroutines of: %s", joined(e.Abandoned, nameOfZombie)))
	}
	return "application: stop: " + strings.Join(parts, "; ")
}

func joined[T any](list []T, text func(T) string) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = text(v)
	}
	return strings.Join(texts, ", ")
}

func nameOfZombie(z runtime.Zombie) string {
	if z.Label == "" {
		return z.PID.String()
	}
	return z.PID.String() + " " + z.Label
}
