package inspect

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

// Trace asks for what processes do, from now on: those that PIDs, Names and Targets name
// and, with New, those to come. The session ends at its Limit, after its time, or with the
// process that has asked.
type Trace struct {
	PIDs    []pid.PID
	Names   []string // whoever has one of these names, now or later
	Targets []string // what people call processes: a name, a PID, or the number of one
	New     bool     // also the processes that are spawned from now on, as far as maxNew goes

	Kinds []TraceKind // none: all
	Type  string      // of messages only those of this type, as the events show it; "": all

	Limit int           // so many events, or if Per is set so many in that time; 0: 1000
	Per   time.Duration // 0: the Limit ends the session
	For   time.Duration // at most 10 minutes; 0: one minute
}

// TraceKind says what a process has done.
type TraceKind = string

// The kinds of what is traced.
const (
	TraceSent     TraceKind = "sent"
	TraceReceived TraceKind = "received"
	TraceDropped  TraceKind = "dropped"  // its full mailbox has dropped a message
	TraceCalled   TraceKind = "called"   // a call of it has ended
	TraceStarted  TraceKind = "started"  // it is new
	TraceSpawned  TraceKind = "spawned"  // it has spawned another
	TraceLinked   TraceKind = "linked"   // a link of it has begun
	TraceUnlinked TraceKind = "unlinked" // a link of it has ended, otherwise than with it
	TraceExited   TraceKind = "exited"
)

var traceKinds = []TraceKind{
	TraceSent, TraceReceived, TraceDropped, TraceCalled, TraceStarted, TraceSpawned, TraceLinked, TraceUnlinked, TraceExited,
}

// TraceNext asks for the events of a session after one, and is for the process that has
// begun it.
type TraceNext struct {
	Session uint64
	After   uint64        // only events of a higher Seq
	Wait    time.Duration // for how long to wait for one
}

// TraceEvents is the answer to [Trace] and [TraceNext].
type TraceEvents struct {
	Session uint64       `json:"session"`
	Events  []TraceEvent `json:"events"`
	Lost    uint64       `json:"lost"` // events so far that are not shown: too many, or too fast
	// Missed is how many new processes are not traced, because there are too many.
	Missed uint64 `json:"missed,omitempty"`
	Over   bool   `json:"over"` // there will be no more
}

// TraceEvent is one of a process. Of a message the type is shown.
type TraceEvent struct {
	Seq    uint64        `json:"seq"`
	At     time.Time     `json:"at"`
	Kind   TraceKind     `json:"kind"`
	PID    pid.PID       `json:"pid"`
	To     string        `json:"to,omitempty"`        // to whom it has sent, whom it has called, linked or spawned; who has spawned it
	Type   string        `json:"type,omitempty"`      // of the message; of a new process its function
	Waited time.Duration `json:"waited_ns,omitempty"` // of a message in the mailbox, if that is known; of a call until its end
	Reason string        `json:"reason,omitempty"`    // of an end, of a call that has failed, of a message's loss
}

func init() {
	term.MustRegister[Trace]("inspect.Trace")
	term.MustRegister[TraceNext]("inspect.TraceNext")
	term.MustRegister[TraceEvents]("inspect.TraceEvents")
}

// The bounds of sessions.
const (
	MaxTraceTime = 10 * time.Minute
	maxTraced    = 100  // processes and names that a session begins with
	maxNew       = 1000 // processes of a session that have come to it later, at once
	maxSessions  = 16
	traceEvents  = 4096
)

func (q Trace) answer(ctx context.Context, n *node) (any, error) {
	q.Limit, q.For = bounded(q.Limit, 1000, 1_000_000), bounded(q.For, time.Minute, MaxTraceTime)
	s, err := n.newSession(q, askerOf(ctx))
	if err != nil {
		return nil, err
	}
	if err := n.sessions.begin(s); err != nil {
		return nil, err
	}
	return TraceEvents{Session: s.id}, nil
}

// newSession returns a session that has not begun.
func (n *node) newSession(q Trace, owner pid.PID) (*session, error) {
	if count := len(q.PIDs) + len(q.Names) + len(q.Targets); count == 0 && !q.New || count > maxTraced {
		return nil, fmt.Errorf("trace of %d processes: %w", count, ErrUnsupported)
	}
	for _, kind := range q.Kinds {
		if !slices.Contains(traceKinds, kind) {
			return nil, fmt.Errorf("trace of %q: %w", cut(kind, 32), ErrUnsupported)
		}
	}
	s := newSession(n, q, owner)
	for _, target := range q.targets() {
		p, err := n.find(target)
		if err != nil {
			return nil, err
		}
		s.first = append(s.first, p)
	}
	return s, nil
}

// targets returns the texts of all processes that a session begins with.
func (q Trace) targets() []string {
	all := slices.Concat(q.Targets, q.Names)
	for _, p := range q.PIDs {
		all = append(all, p.String())
	}
	return all
}

func (q TraceNext) answer(ctx context.Context, n *node) (any, error) {
	s := n.sessions.get(q.Session)
	if s == nil || s.owner != askerOf(ctx) {
		return nil, fmt.Errorf("session: %w", ErrNotFound)
	}
	s.events.await(ctx, q.After, min(q.Wait, maxWait))
	return s.next(q.After), context.Cause(ctx)
}

type askerKey struct{}

// askerOf returns who has asked the question that is answered with ctx.
func askerOf(ctx context.Context) pid.PID {
	p, _ := ctx.Value(askerKey{}).(pid.PID)
	return p
}
