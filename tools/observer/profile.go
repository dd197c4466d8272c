package observer

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// stackGroup are goroutines of processes that do the same.
type stackGroup struct {
	Count  int    `json:"count"`
	Top    string `json:"top"`              // the first function that is not of Go or of the runtime
	Labels string `json:"labels,omitempty"` // if runtime.Config.ProfileLabels is on
	Stack  string `json:"stack"`
}

// profilePage is what the page of profiles has: stacks, or who has how much of a profile.
type profilePage struct {
	Kind   string               `json:"kind"`
	By     string               `json:"by,omitempty"`
	Stacks []stackGroup         `json:"stacks,omitempty"`
	Shares *inspect.ProfileData `json:"shares,omitempty"`
}

// stacks is the kind of the page that shows what goroutines do.
const stacks = "stacks"

// cpuTime is how long a profile of the CPU takes.
const cpuTime = 5 * time.Second

// profileQuery returns what the address asks for.
func (a *ask) profileQuery() inspect.Profile {
	return inspect.Profile{Kind: inspect.ProfileKind(a.param("kind", stacks)), For: cpuTime, N: listed}
}

func showProfile(ctx context.Context, a *ask) (any, templ.Component, error) {
	q := a.profileQuery()
	v := profilePage{Kind: string(q.Kind)}
	switch q.Kind {
	case stacks:
		text, err := a.c.Stacks(ctx)
		v.Stacks = stackGroups(text.Text)
		return v, profileView(a, v), err
	case inspect.ProfileHeap: // whose memory is whose is not known: there is only the file
		return v, profileView(a, v), nil
	}
	v.By = a.param("by", string(inspect.ByProcess))
	q.By = inspect.ProfileBy(v.By)
	shares, err := a.c.Profile(ctx, q)
	v.Shares = &shares
	return v, profileView(a, v), err
}

// serveProfile answers with a profile as go tool pprof reads it.
func (o *Observer) serveProfile(w http.ResponseWriter, r *http.Request) {
	a := &ask{o: o, params: r.URL.Query()}
	if a.h = o.hub(r); a.h == nil {
		http.Error(w, "no such node", http.StatusNotFound)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), askTime)
	defer cancel()
	c, err := a.h.target.ask(ctx)
	var p inspect.ProfileData
	if err == nil {
		p, err = c.Profile(ctx, a.profileQuery())
	}
	if err != nil {
		http.Error(w, err.Error(), statusOf(err))
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(p.Kind)+`.pb.gz"`)
	if _, err := w.Write(p.Data); err != nil && r.Context().Err() == nil {
		o.opts.Logger.Warn("observer: a profile could not be written", "error", err)
	}
}

// amount returns a value of a profile in words.
func amount(n int64, unit string) string {
	if unit == "nanoseconds" {
		return duration(time.Duration(n))
	}
	return whole(n)
}

// shareOf returns whose a share is, and whether that is a process.
func shareOf(s inspect.Share) (text string, isProcess bool) {
	switch {
	case s.PID != "":
		return cmp.Or(s.Name, s.PID), true
	case s.Type != "":
		return s.Type, false
	}
	return "no process", false
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
