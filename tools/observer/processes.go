package observer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// column is one of the table of processes.
type column struct {
	key, title string
	order      inspect.Order // "": it cannot be sorted by
	right      bool
}

// columns are all that there are; those of defaultColumns are shown unless others are
// asked for.
var columns = []column{
	{"pid", "PID", inspect.ByPID, false},
	{"name", "Name", "", false},
	{"parent", "Parent", "", false},
	{"behaviour", "Behaviour", "", false},
	{"state", "State", "", false},
	{"queue", "Queue", inspect.ByQueue, true},
	{"received", "Received", inspect.ByReceived, true},
	{"rate", "Received/s", inspect.ByRate, true},
	{"growth", "Growth/s", inspect.ByGrowth, true},
	{"age", "Age", inspect.ByAge, true},
}

var defaultColumns = []string{"pid", "name", "behaviour", "state", "queue", "received", "rate", "age"}

// processList is what the page of processes shows.
type processList struct {
	inspect.Rows
	By      inspect.Order `json:"by"`
	Window  time.Duration `json:"window_ns"`
	N       int           `json:"n"`
	columns []column
}

func showProcesses(ctx context.Context, a *ask) (any, templ.Component, error) {
	v := processList{By: inspect.Order(a.param("by", string(inspect.ByQueue))), N: a.number("n", 50, inspect.MaxRows)}
	window, err := time.ParseDuration(a.param("window", "1s"))
	if err != nil || window < 0 {
		return nil, nil, fmt.Errorf("window %q: %w", a.param("window", ""), errRequest)
	}
	v.Window = min(window, inspect.MaxWindow)
	v.columns = columnsFor(a.params["col"])
	v.Rows, err = a.c.Top(ctx, inspect.Top{By: v.By, N: v.N, Window: v.Window, Filter: inspect.Filter{
		Text: a.param("q", ""), State: a.param("state", ""), Behaviour: a.param("behaviour", ""), MinQueue: a.number("min", 0, 1<<30),
	}})
	return v, processesView(a, v), err
}

// columnsFor returns the columns with the given keys, or those shown by default.
func columnsFor(keys []string) (all []column) {
	if len(keys) == 0 {
		keys = defaultColumns
	}
	for _, c := range columns {
		if slices.Contains(keys, c.key) {
			all = append(all, c)
		}
	}
	return all
}

// showsColumn reports whether a column is shown.
func (v processList) showsColumn(key string) bool {
	return slices.ContainsFunc(v.columns, func(c column) bool { return c.key == key })
}

// fullest returns the longest queue that is shown.
func (v processList) fullest() (most int) {
	for _, r := range v.Rows.Rows {
		most = max(most, r.Queue)
	}
	return most
}

// windows are those that one may choose.
var windows = []string{"0s", "500ms", "1s", "2s", "5s", "10s"}

// labelOf returns what a process is called, besides its PID.
func labelOf(r inspect.Row) string { return strings.TrimSpace(r.Name + " " + r.Label) }
