package inspect

import (
	"context"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

// Trace asks for what processes send and receive, and how they end, from now on. The
// session ends at its Limit, after its time, or with the process that has asked.
type Trace struct {
	Targets []string
	Limit   int           // so many events, or if Per is set so many in that time; 0: 1000
	Per     time.Duration // 0: the Limit ends the session
	For     time.Duration // at most 10 minutes; 0: one minute
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
	Over    bool         `json:"over"` // there will be no more
}

// TraceEvent is one of a process. Of a message the type is shown.
type TraceEvent struct {
	Seq    uint64        `json:"seq"`
	At     time.Time     `json:"at"`
	Kind   string        `json:"kind"` // sent, received or exited
	PID    pid.PID       `json:"pid"`
	To     string        `json:"to,omitempty"`        // of what was sent
	Type   string        `json:"type,omitempty"`      // of the message
	Waited time.Duration `json:"waited_ns,omitempty"` // in the mailbox, if that is known
	Reason string        `json:"reason,omitempty"`    // of the end
}

func init() {
	term.MustRegister[Trace]("inspect.Trace")
	term.MustRegister[TraceNext]("inspect.TraceNext")
	term.MustRegister[TraceEvents]("inspect.TraceEvents")
}

// The bounds of sessions.
const (
	MaxTraceTime = 10 * time.Minute
	maxTraced    = 100 // processes of a session
	maxSessions  = 16
	traceEvents  = 4096
)

func (q Trace) answer(ctx context.Context, n *node) (any, error) {
	q.Limit, q.For = bounded(q.Limit, 1000, 1_000_000), bounded(q.For, time.Minute, MaxTraceTime)
	if len(q.Targets) == 0 || len(q.Targets) > maxTraced {
		return nil, fmt.Errorf("trace of %d processes: %w", len(q.Targets), ErrUnsupported)
	}
	s := newSession(n, q, askerOf(ctx))
	for _, target := range q.Targets {
		p, err := n.find(target)
		if err != nil {
			return nil, err
		}
		s.targets[p] = struct{}{}
	}
	if err := n.sessions.begin(s); err != nil {
		return nil, err
	}
	return TraceEvents{Session: s.id}, nil
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
