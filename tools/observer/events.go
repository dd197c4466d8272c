package observer

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// shownCrashes is how many crashes the page has.
const shownCrashes = 20

// eventsPage is what the page of events has, the newest first.
type eventsPage struct {
	Kind    string            `json:"kind,omitempty"` // those of this kind only
	Events  inspect.EventList `json:"events"`
	Crashes inspect.CrashList `json:"crashes"`
}

// eventKinds are the kinds of events that the page can be limited to.
var eventKinds = []inspect.EventKind{
	inspect.EventCrash, inspect.EventExit, inspect.EventRestart, inspect.EventNodeUp, inspect.EventNodeDown,
}

func showEvents(ctx context.Context, a *ask) (any, templ.Component, error) {
	v := eventsPage{Kind: a.param("kind", "")}
	q := inspect.Events{N: listed}
	if v.Kind != "" {
		q.Kinds = []inspect.EventKind{inspect.EventKind(v.Kind)}
	}
	var err error
	if v.Events, err = a.c.Events(ctx, q); err == nil {
		v.Crashes, err = a.c.Crashes(ctx, inspect.Crashes{N: shownCrashes})
	}
	return v, eventsView(a, v), err
}

// kindNames returns the choices of the page, the first of which is all.
func kindNames() (names []string) {
	for _, k := range eventKinds {
		names = append(names, string(k))
	}
	return names
}

// eventTone returns how an event looks.
func eventTone(k inspect.EventKind) string {
	switch k {
	case inspect.EventCrash, inspect.EventNodeDown:
		return "bad"
	case inspect.EventNodeUp:
		return "good"
	case inspect.EventRestart:
		return "warn"
	}
	return ""
}

// crashTitle returns what has crashed, in a few words.
func crashTitle(c inspect.Crash) string {
	switch {
	case c.Name != "":
		return c.Name
	case c.Label != "":
		return c.Label
	}
	return short(c.PID)
}

// eventID is the identity of a row: it stays the same as others come.
func eventID(seq uint64) string { return "event" + strconv.FormatUint(seq, 10) }

func crashID(seq uint64) string { return "crash" + strconv.FormatUint(seq, 10) }

// isThere reports whether p is a process.
func isThere(p pid.PID) bool { return !p.IsZero() }
