package observer

import (
	"context"
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// processView is all that there is to see of one process.
type processInfo struct {
	inspect.Info
	State *string `json:"state_text,omitempty"` // if it was asked for
}

// showProcess shows one process, or asks for which. Its state is shown only if that is
// asked for: it may have secrets that its FormatState does not hide.
func showProcess(ctx context.Context, a *ask) (any, templ.Component, error) {
	target := a.param("p", "")
	if target == "" {
		return struct{}{}, whichProcess(a), nil
	}
	info, err := a.c.Process(ctx, target)
	if err != nil {
		return nil, nil, err
	}
	v := processInfo{Info: info}
	if a.param("show", "") == "state" {
		text, err := a.c.State(ctx, info.PID.String())
		if err != nil {
			text.Text = "It did not show its state: " + err.Error()
		}
		v.State = &text.Text
	}
	return v, processPageView(a, v), nil
}

// isServer reports whether a process can be asked for its state.
func (v processInfo) isServer() bool { return v.Behaviour == "server" || v.Behaviour == "supervisor" }

// title returns what a process is called.
func (v processInfo) title() string {
	if name := labelOf(v.Row); name != "" {
		return name
	}
	return short(v.PID)
}

// stack returns the stack without what every process begins with.
func (v processInfo) stack() string {
	lines := strings.Split(strings.TrimSpace(v.Stack), "\n")
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, "\t", "    ")
	}
	return strings.Join(lines, "\n")
}

// ends returns both ends of a call as texts.
func ends(w inspect.Wait) (caller, callee string) {
	caller, callee = "the program", w.To
	if !w.Caller.IsZero() {
		caller = strings.TrimSpace(short(w.Caller) + " " + w.CallerName)
	}
	switch {
	case !w.Callee.IsZero():
		callee = strings.TrimSpace(short(w.Callee) + " " + w.CalleeName)
	case w.ToNode != "":
		callee = fmt.Sprintf("%s on %s", w.To, w.ToNode)
	}
	return caller, callee
}
