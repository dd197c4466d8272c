package observer

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// stackGroup are goroutines of processes that do the same.
type stackGroup struct {
	Count  int    `json:"count"`
	Top    string `json:"top"`              // the first function that is not of Go or of the runtime
	Labels string `json:"labels,omitempty"` // if runtime.Config.ProfileLabels is on
	Stack  string `json:"stack"`
}

func showProfile(ctx context.Context, a *ask) (any, templ.Component, error) {
	text, err := a.c.Stacks(ctx)
	groups := stackGroups(text.Text)
	return groups, profileView(a, groups), err
}

// stackGroups takes apart a goroutine profile.
func stackGroups(text string) (all []stackGroup) {
	for part := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		head, stack, _ := strings.Cut(part, "\n")
		count, _, ok := strings.Cut(head, " @")
		n, err := strconv.Atoi(count)
		if !ok || err != nil {
			continue
		}
		g := stackGroup{Count: n}
		var lines []string
		for line := range strings.SplitSeq(stack, "\n") {
			if labels, ok := strings.CutPrefix(line, "# labels: "); ok {
				g.Labels = labels
				continue
			}
			line = frameLine(line)
			if g.Top == "" && isOwn(line) {
				g.Top = functionOf(line)
			}
			lines = append(lines, line)
		}
		if g.Top == "" && len(lines) > 0 {
			g.Top = functionOf(lines[0])
		}
		g.Stack = strings.Join(lines, "\n")
		all = append(all, g)
	}
	return all
}

// frameLine returns a line of a profile without the address.
func frameLine(line string) string {
	fields := strings.Split(strings.TrimPrefix(line, "#\t"), "\t")
	kept := fields[:0]
	for _, f := range fields {
		if f != "" && !strings.HasPrefix(f, "0x") {
			kept = append(kept, f)
		}
	}
	return strings.Join(kept, "  ")
}

// functionOf returns the function of a frame's line.
func functionOf(line string) string {
	function, _, _ := strings.Cut(line, "+0x")
	return function
}

// isOwn reports whether a frame is the program's own.
func isOwn(line string) bool {
	function := functionOf(line)
	return strings.Contains(function, ".") && !strings.HasPrefix(function, "runtime.") && !strings.HasPrefix(function, "internal/") &&
		!strings.HasPrefix(function, "sync.") && !strings.Contains(function, "starlang/runtime.") && !strings.Contains(function, "starlang/mailbox.")
}
