package inspect

import (
	"cmp"
	"context"
	goruntime "runtime"
	"slices"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// Order says which processes come first.
type Order string

// The orders. All but ByPID put the largest first.
const (
	ByQueue    Order = "queue"    // messages in the mailbox
	ByReceived Order = "received" // messages received so far
	ByRate     Order = "rate"     // messages received per second, in the Window
	ByGrowth   Order = "growth"   // growth of the mailbox per second, in the Window
	ByAge      Order = "age"
	ByPID      Order = "pid" // in the order in which they were spawned
)

// The bounds of a [Top].
const (
	MaxRows   = 1000
	MaxWindow = 30 * time.Second
)

// Top asks for the N processes that come first, of those that the Filter lets through.
type Top struct {
	By     Order // "": ByQueue
	N      int   // at most MaxRows; 0: 20
	Filter Filter
	// Window is for how long to look at rates, at most MaxWindow. 0: not at all, or
	// 1 s if the order needs them.
	Window time.Duration
	After  pid.PID // with ByPID: only those that were spawned after this one
}

// Filter lets processes through. Its zero value lets all.
type Filter struct {
	Text      string // part of the name, label or PID
	State     string // running, exiting or sleeping
	Behaviour string // process, server or supervisor
	MinQueue  int
	Parent    pid.PID // who has spawned it
}

// Row is a process among others.
type Row struct {
	PID       pid.PID       `json:"pid"`
	Name      string        `json:"name,omitempty"`
	Label     string        `json:"label,omitempty"`
	Parent    pid.PID       `json:"parent,omitzero"`
	Behaviour string        `json:"behaviour"`
	State     string        `json:"state"` // running, sleeping if it hibernates, exiting
	Queue     int           `json:"queue"`
	Received  uint64        `json:"received"`
	Rate      float64       `json:"rate"`   // received per second, in the window
	Growth    float64       `json:"growth"` // of the queue per second, in the window
	Age       time.Duration `json:"age_ns"`
}

// Rows is the answer to [Top] and [Find].
type Rows struct {
	Rows    []Row         `json:"rows"`
	Matched int           `json:"matched"` // processes that the filter lets through
	Total   int           `json:"total"`   // processes of the node
	Took    time.Duration `json:"took_ns"`
}

func init() {
	term.MustRegister[Top]("inspect.Top")
	term.MustRegister[Rows]("inspect.Rows")
}

func (t Top) answer(ctx context.Context, n *node) (any, error) {
	begun := time.Now()
	t.N = bounded(t.N, 20, MaxRows)
	t.Window = min(t.Window, MaxWindow)
	if t.Window <= 0 && t.needsRates() {
		t.Window = time.Second
	}
	var before counters
	if t.needsRates() {
		before = n.counters(ctx)
		if err := pause(ctx, t.Window); err != nil {
			return nil, err
		}
	}
	found := firstN(t.N, t.compare)
	reply := Rows{}
	for b := range n.briefs(ctx) {
		reply.Total++
		if !t.Filter.passes(n.rt, b) || t.By == ByPID && b.PID.ID() <= t.After.ID() {
			continue
		}
		reply.Matched++
		found.add(before.row(b, t.Window))
	}
	reply.Rows = found.sorted()
	if !t.needsRates() && t.Window > 0 {
		if err := n.addRates(ctx, reply.Rows, t.Window); err != nil {
			return nil, err
		}
	}
	for i := range reply.Rows {
		n.nameRow(&reply.Rows[i])
	}
	reply.Took = time.Since(begun)
	return reply, context.Cause(ctx)
}

func (t Top) needsRates() bool { return t.By == ByRate || t.By == ByGrowth }

func (t Top) compare(a, b Row) int {
	byID := cmp.Compare(a.PID.ID(), b.PID.ID())
	switch t.By {
	case ByReceived:
		return cmp.Or(cmp.Compare(b.Received, a.Received), byID)
	case ByRate:
		return cmp.Or(cmp.Compare(b.Rate, a.Rate), byID)
	case ByGrowth:
		return cmp.Or(cmp.Compare(b.Growth, a.Growth), byID)
	case ByAge:
		return cmp.Or(cmp.Compare(b.Age, a.Age), byID)
	case ByPID:
		return byID
	}
	return cmp.Or(cmp.Compare(b.Queue, a.Queue), byID)
}

func (f Filter) passes(rt *runtime.Runtime, b runtime.Brief) bool {
	switch {
	case int64(b.QueueLen) < int64(f.MinQueue):
		return false
	case f.State != "" && f.State != stateOf(b.State, b.Hibernating):
		return false
	case f.Behaviour != "" && f.Behaviour != b.Behaviour.String():
		return false
	case !f.Parent.IsZero() && f.Parent != b.Parent:
		return false
	case f.Text == "":
		return true
	}
	s, ok := rt.InfoN(b.PID, 0)
	return ok && (strings.Contains(s.Name, f.Text) || strings.Contains(s.Label, f.Text) || strings.Contains(b.PID.String(), f.Text))
}

func stateOf(s runtime.State, hibernating bool) string {
	if hibernating {
		return "sleeping"
	}
	return s.String()
}

// yieldEvery is after what time of work a look at all processes lets others work.
const yieldEvery = 50 * time.Millisecond

// briefs iterates over all processes until ctx ends.
func (n *node) briefs(ctx context.Context) func(yield func(runtime.Brief) bool) {
	return func(yield func(runtime.Brief) bool) {
		i, worked := 0, time.Now()
		for b := range n.rt.Brief() {
			if i++; i%1024 == 0 && time.Since(worked) >= yieldEvery {
				if ctx.Err() != nil {
					return
				}
				goruntime.Gosched()
				worked = time.Now()
			}
			if !yield(b) {
				return
			}
		}
	}
}

func rowOf(b runtime.Brief) Row {
	return Row{
		PID: b.PID, Parent: b.Parent, Behaviour: b.Behaviour.String(), State: stateOf(b.State, b.Hibernating),
		Queue: int(b.QueueLen), Received: b.Received, Age: b.Age,
	}
}

// maxLabelBytes bounds a label in an answer.
const maxLabelBytes = 256

func (n *node) nameRow(r *Row) {
	if s, ok := n.rt.InfoN(r.PID, 0); ok {
		r.Name, r.Label = s.Name, cut(s.Label, maxLabelBytes)
	}
}

// counter is what a process had counted at the first of two looks, in as few bytes as
// there may be a million of them.
type counter struct {
	id, received uint64
	queue        uint32
}

// counters are sorted by id.
type counters []counter

func (n *node) counters(ctx context.Context) counters {
	all := make(counters, 0, n.rt.Len())
	for b := range n.briefs(ctx) {
		all = append(all, counter{b.PID.ID(), b.Received, b.QueueLen})
	}
	slices.SortFunc(all, func(a, b counter) int { return cmp.Compare(a.id, b.id) })
	return all
}

// row returns the row of b, with the rates since the counters were taken.
func (c counters) row(b runtime.Brief, window time.Duration) Row {
	r := rowOf(b)
	if c == nil {
		return r
	}
	was := counter{}
	if i, ok := slices.BinarySearchFunc(c, b.PID.ID(), func(a counter, id uint64) int { return cmp.Compare(a.id, id) }); ok {
		was = c[i]
	}
	r.setRates(was.received, int(was.queue), window)
	return r
}

func (r *Row) setRates(received uint64, queue int, window time.Duration) {
	r.Rate = float64(r.Received-received) / window.Seconds()
	r.Growth = float64(r.Queue-queue) / window.Seconds()
}

// addRates looks at some processes for a while.
func (n *node) addRates(ctx context.Context, rows []Row, window time.Duration) error {
	if err := pause(ctx, window); err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		if s, ok := n.rt.InfoN(r.PID, 0); ok {
			received, queue := r.Received, r.Queue
			r.Received, r.Queue = s.Received, s.QueueLen
			r.setRates(received, queue, window)
		}
	}
	return nil
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
