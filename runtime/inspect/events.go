package inspect

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// EventKind says what has happened.
type EventKind string

// The kinds of events.
const (
	EventCrash    EventKind = "crash"    // a process has ended by a failure of its own
	EventExit     EventKind = "exit"     // by another failure or a kill, or it was a supervisor
	EventRestart  EventKind = "restart"  // a supervisor has restarted a child
	EventNodeUp   EventKind = "nodeup"   // a connection is there
	EventNodeDown EventKind = "nodedown" // it is no more
)

// Events asks for what has happened lately, the oldest first.
type Events struct {
	Kinds []EventKind   // none: all
	After uint64        // only events of a higher Seq
	N     int           // the last ones, at most MaxRows; 0: 200
	Wait  time.Duration // for how long to wait for one if there is none
}

// EventList is the answer to [Events].
type EventList struct {
	Events []Event `json:"events"`
	Last   uint64  `json:"last"`           // what to ask After for the next ones
	Lost   uint64  `json:"lost,omitempty"` // events after After that are forgotten already
}

// Event is something that has happened.
type Event struct {
	Seq    uint64    `json:"seq"`
	At     time.Time `json:"at"`
	Kind   EventKind `json:"kind"`
	PID    pid.PID   `json:"pid,omitzero"`     // of the process; of a restart the new one
	Name   string    `json:"name,omitempty"`   // its name or label; of a restart the child's ID; of a node its name
	Reason string    `json:"reason,omitempty"` // why it has ended

	Supervisor pid.PID `json:"supervisor,omitzero"`    // of a restart
	Old        pid.PID `json:"old,omitzero"`           // of a restart: the process before
	Left       int     `json:"restarts_left,omitzero"` // of a restart
	Creation   uint32  `json:"creation,omitempty"`     // of a node
}

// Crashes asks for the last crashes, the newest first. Of equal ones those are kept
// that were reported.
type Crashes struct{ N int } // at most 200; 0: 20

// CrashList is the answer to [Crashes].
type CrashList struct {
	Crashes []Crash `json:"crashes"`
	Total   uint64  `json:"total"` // crashes since the node has begun
}

// Crash is what the report of a crash tells, in short. A message and a state are what
// may be shown of them.
type Crash struct {
	Seq       uint64    `json:"seq"`
	At        time.Time `json:"at"`
	PID       pid.PID   `json:"pid"`
	Name      string    `json:"name,omitempty"`
	Label     string    `json:"label,omitempty"`
	Type      string    `json:"type"`
	Reason    string    `json:"reason"`
	Parent    pid.PID   `json:"parent,omitzero"`
	Ancestors []pid.PID `json:"ancestors,omitempty"`
	Queue     int       `json:"queue"`
	Links     int       `json:"links"`
	Message   string    `json:"message,omitempty"`
	State     string    `json:"state,omitempty"`
	Caller    pid.PID   `json:"caller,omitzero"`
	Stack     string    `json:"stack,omitempty"`
}

// NodeEvent is the begin or the end of a connection with another node.
type NodeEvent struct {
	Node     string
	Creation uint32
	Up       bool
	Cause    string // of the end
}

func init() {
	term.MustRegister[Events]("inspect.Events")
	term.MustRegister[EventList]("inspect.EventList")
	term.MustRegister[Crashes]("inspect.Crashes")
	term.MustRegister[CrashList]("inspect.CrashList")
}

// What is remembered, however much happens: at most 1 MiB of it.
const (
	keptCrashes  = 200
	keptExits    = 500 // and as many events of crashes
	keptRestarts = 200
	keptNodes    = 100

	maxKeptStack = 1536 // bytes of the stack of a crash
	maxKeptValue = 512  // bytes of its message and of its state
	maxKeptText  = 128  // bytes of any other text
)

// events are what has happened lately. A flood of one kind leaves the others alone.
type events struct {
	mu   sync.Mutex
	last uint64                     // guarded by mu; the number of the last event
	of   map[EventKind]*ring[Event] // guarded by mu
	more chan struct{}              // guarded by mu; closed at the next one; nil: nobody waits

	crashes     ring[Crash]
	intensities intensities
}

func newEvents() *events {
	exits, nodes := &ring[Event]{size: keptExits}, &ring[Event]{size: keptNodes}
	e := &events{of: map[EventKind]*ring[Event]{
		EventCrash: exits, EventExit: exits, EventRestart: {size: keptRestarts}, EventNodeUp: nodes, EventNodeDown: nodes,
	}}
	e.crashes.size = keptCrashes
	return e
}

func (e *events) add(v Event) {
	v.At = time.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last++
	v.Seq = e.last
	e.of[v.Kind].add(func(uint64) Event { return v })
	if e.more != nil {
		close(e.more)
		e.more = nil
	}
}

// moreAfter returns what is closed once there is an event after the one of number seq.
func (e *events) moreAfter(seq uint64) <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if seq < e.last {
		return thereIs
	}
	if e.more == nil {
		e.more = make(chan struct{})
	}
	return e.more
}

// after returns the events after the one of number seq, the oldest first.
func (e *events) after(seq uint64) (all []Event, last uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, kind := range []EventKind{EventExit, EventRestart, EventNodeUp} { // a ring each
		list, _ := e.of[kind].after(0, keptExits)
		for _, v := range list {
			if v.Seq > seq {
				all = append(all, v)
			}
		}
	}
	slices.SortFunc(all, func(a, b Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return all, e.last
}

func (q Events) answer(ctx context.Context, n *node) (any, error) {
	begun := time.Now()
	list := n.events.list(q)
	for after := max(q.After, list.Last); len(list.Events) == 0 && ctx.Err() == nil; after = max(after, list.Last) {
		left := min(q.Wait, maxWait) - time.Since(begun)
		if left <= 0 {
			break
		}
		await(ctx, n.events.moreAfter(after), left)
		list = n.events.list(q)
	}
	return list, context.Cause(ctx)
}

func (e *events) list(q Events) EventList {
	all, last := e.after(q.After)
	list := EventList{Last: last, Lost: last - min(q.After, last) - uint64(len(all))}
	if len(q.Kinds) > 0 {
		all = slices.DeleteFunc(all, func(v Event) bool { return !slices.Contains(q.Kinds, v.Kind) })
	}
	list.Events = all[len(all)-min(len(all), bounded(q.N, 200, MaxRows)):]
	return list
}

func (q Crashes) answer(_ context.Context, n *node) (any, error) {
	all, _ := n.events.crashes.after(0, keptCrashes)
	slices.Reverse(all)
	return CrashList{all[:min(len(all), bounded(q.N, 20, keptCrashes))], n.rt.Crashed()}, nil
}

func kept(s string) string { return cut(s, maxKeptText) }

// Crashed implements [runtime.Recorder].
func (e *events) Crashed(c runtime.Crash) {
	if c.Repeated {
		return
	}
	v := Crash{
		At: time.Now(), PID: c.PID, Name: kept(c.Name), Label: kept(c.Label), Type: kept(c.Type),
		Reason: cut(c.Reason.String(), maxKeptValue), Parent: c.Parent, Ancestors: c.Ancestors, Queue: c.Queue, Links: c.Links,
		Message: cut(c.Message, maxKeptValue), State: cut(c.State, maxKeptValue), Caller: c.Caller, Stack: cut(c.Stack, maxKeptStack),
	}
	e.crashes.add(func(seq uint64) Crash { v.Seq = seq; return v })
}

// Exited implements [runtime.Recorder].
func (e *events) Exited(x runtime.Exited) {
	v := Event{Kind: EventExit, PID: x.PID, Name: kept(cmp.Or(x.Name, x.Label)), Reason: kept(x.Reason.String())}
	if x.Crashed {
		v.Kind = EventCrash
	}
	e.add(v)
}

// Restarted implements [runtime.Recorder].
func (e *events) Restarted(r runtime.Restarted) {
	e.intensities.note(r, time.Now())
	e.add(Event{
		Kind: EventRestart, PID: r.New, Name: kept(r.Child), Reason: kept(r.Reason.String()),
		Supervisor: r.Supervisor, Old: r.Old, Left: r.Left,
	})
}

func (e *events) nodeEvent(v NodeEvent) {
	kind := EventNodeDown
	if v.Up {
		kind = EventNodeUp
	}
	e.add(Event{Kind: kind, Name: kept(v.Node), Creation: v.Creation, Reason: kept(v.Cause)})
}

var _ runtime.Recorder = (*events)(nil)
