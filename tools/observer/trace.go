package observer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// The bounds of traces.
const (
	maxTraces      = 8    // of a node at once, kept ones included
	maxTraceEvents = 1000 // that are kept of one; older ones are forgotten
)

// traceRun is a trace that was begun here. All who look see the same.
type traceRun struct {
	ID      int                  `json:"id"`
	Targets []string             `json:"targets"`
	Begun   time.Time            `json:"begun"`
	Events  []inspect.TraceEvent `json:"events"` // the oldest first
	Lost    uint64               `json:"lost"`   // events that were too many, or too fast
	Over    bool                 `json:"over"`
	Error   string               `json:"error,omitempty"`
	stop    context.CancelFunc
}

// traces are those of a node.
type traces struct {
	mu   sync.Mutex
	last int         // guarded by mu
	all  []*traceRun // guarded by mu, and what they are
}

// get returns a copy of a trace.
func (ts *traces) get(id int) (traceRun, bool) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for _, t := range ts.all {
		if t.ID == id {
			c := *t
			c.Events = slices.Clone(t.Events)
			return c, true
		}
	}
	return traceRun{}, false
}

// list returns copies of all traces without their events, the newest first.
func (ts *traces) list() (all []traceRun) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for _, t := range slices.Backward(ts.all) {
		c := *t
		c.Events = nil
		all = append(all, c)
	}
	return all
}

// begin makes room for a trace, and forgets the oldest one that is over for it.
func (ts *traces) begin(targets []string, stop context.CancelFunc) (*traceRun, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if len(ts.all) >= maxTraces {
		i := slices.IndexFunc(ts.all, func(t *traceRun) bool { return t.Over })
		if i < 0 {
			return nil, fmt.Errorf("%d traces: %w", maxTraces, inspect.ErrBusy)
		}
		ts.all = slices.Delete(ts.all, i, i+1)
	}
	ts.last++
	t := &traceRun{ID: ts.last, Targets: targets, Begun: time.Now(), stop: stop}
	ts.all = append(ts.all, t)
	return t, nil
}

func (ts *traces) note(t *traceRun, events inspect.TraceEvents) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t.Events = append(t.Events, events.Events...)
	t.Events = t.Events[max(0, len(t.Events)-maxTraceEvents):]
	t.Lost = events.Lost
}

func (ts *traces) end(t *traceRun, err error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t.Over = true
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Error = err.Error()
	}
}

// tracePage is what the page of traces shows: one, or all.
type tracePage struct {
	Traces []traceRun `json:"traces"`
	Shown  *traceRun  `json:"shown,omitempty"`
}

func showTrace(_ context.Context, a *ask) (any, templ.Component, error) {
	v := tracePage{Traces: a.h.traces.list()}
	if id, err := strconv.Atoi(a.param("id", "")); err == nil {
		t, ok := a.h.traces.get(id)
		if !ok {
			return nil, nil, fmt.Errorf("trace %d is forgotten: %w", id, inspect.ErrNotFound)
		}
		v.Shown = &t
	}
	return v, traceView(a, v), nil
}

// startTrace begins a trace. It changes nothing of the node, so those who only look may.
func (o *Observer) startTrace(w http.ResponseWriter, r *http.Request) {
	h := o.hub(r)
	if h == nil {
		http.Error(w, "no such node", http.StatusNotFound)
		return
	}
	a := &ask{o: o, h: h, page: &page{path: "trace", title: "Trace"}}
	t, err := h.trace(r.PostFormValue)
	if err != nil {
		w.WriteHeader(statusOf(err))
		o.render(w, r, layout(o.frame(r, a), trouble(err.Error())))
		return
	}
	http.Redirect(w, r, a.to("trace", url.Values{"id": {strconv.Itoa(t.ID)}}), http.StatusSeeOther)
}

// trace begins a trace that goes on until it is over, it is stopped, or the observer is
// closed.
func (h *hub) trace(value func(string) string) (*traceRun, error) {
	q := inspect.Trace{Targets: strings.Fields(value("targets"))}
	var err error
	if q.Limit, err = strconv.Atoi(value("limit")); err != nil || q.Limit <= 0 {
		return nil, fmt.Errorf("limit %q: %w", value("limit"), errRequest)
	}
	if per := value("per"); per != "" {
		if q.Per, err = time.ParseDuration(per); err != nil {
			return nil, fmt.Errorf("per %q: %w", per, errRequest)
		}
	}
	if q.For, err = time.ParseDuration(value("for")); err != nil {
		return nil, fmt.Errorf("for %q: %w", value("for"), errRequest)
	}
	ctx, stop := context.WithCancel(h.observer.ctx)
	t, err := h.traces.begin(q.Targets, stop)
	if err != nil {
		stop()
		return nil, err
	}
	h.observer.work.Go(func() {
		defer stop()
		c, err := h.target.ask(ctx)
		if err == nil {
			err = c.Trace(ctx, q, func(events inspect.TraceEvents) error {
				h.traces.note(t, events)
				return nil
			})
		}
		h.traces.end(t, err)
	})
	return t, nil
}

func (o *Observer) stopTrace(w http.ResponseWriter, r *http.Request) {
	h := o.hub(r)
	id, err := strconv.Atoi(r.PostFormValue("id"))
	if h == nil || err != nil {
		http.Error(w, "no such trace", http.StatusNotFound)
		return
	}
	if t, ok := h.traces.get(id); ok {
		t.stop()
	}
	a := &ask{o: o, h: h, page: confirmPage}
	http.Redirect(w, r, a.to("trace", url.Values{"id": {strconv.Itoa(id)}}), http.StatusSeeOther)
}
