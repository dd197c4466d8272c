package runtime

import (
	"errors"
	"fmt"
	"strings"

	"github.com/starlang-go/starlang/pid"
)

// ErrManyGoroutines tells that a process's stack is not to be had without stopping the
// program for long.
var ErrManyGoroutines = errors.New("too many goroutines to tell stacks apart: set runtime.Config.ProfileLabels")

// Stack returns the stack of a process's goroutine, "" if it has none because it
// hibernates. If the program has more than a thousand goroutines it needs
// [Config].ProfileLabels, else the error is [ErrManyGoroutines]; one that is
// [ErrNoProc] says that p has ended. With few goroutines it stops the whole program for
// some 24 µs for each of them.
func (rt *Runtime) Stack(p pid.PID) (string, error) {
	q, ok := rt.registry.Get(p)
	if !ok || q.isCaller() {
		return "", fmt.Errorf("stack of %s: %w", p, ErrNoProc)
	}
	if areFewGoroutines() {
		return processStacks()[frameOf(q)], nil
	}
	if !rt.cfg.ProfileLabels {
		return "", ErrManyGoroutines
	}
	return labelledStack(p), nil
}

// Stacks returns what the goroutines of all processes of the program do, equal stacks
// together with their number, the most frequent first, as far as 64 KiB go. It stops
// nobody for longer than a few milliseconds.
func (rt *Runtime) Stacks() string { return stackGroups(maxStacksBytes) }

const maxStacksBytes = 64 << 10

// labelledStack returns the stack of the goroutine with p's label.
func labelledStack(p pid.PID) string {
	label := fmt.Sprintf("%q:%q", "pid", p.String())
	for group := range strings.SplitSeq(goroutineProfile(), "\n\n") {
		if strings.Contains(group, label) {
			return group
		}
	}
	return ""
}
