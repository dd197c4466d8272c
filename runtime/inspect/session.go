package inspect

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/text"
)

// session is a trace. It is a process: that ends with the session, and the session with
// it. Those who are traced wait for nobody who reads: its locks are held for a few values. What
// is too much for its limit is lost, and counted.
type session struct {
	runtime.NopTracer
	id    uint64
	node  *node
	owner pid.PID
	pid   pid.PID // of the session's process; set before it can be found
	query Trace
	first []pid.PID // the processes that it begins with

	targets sync.Map // pid.PID to comes
	later   atomic.Int32
	missed  atomic.Uint64 // processes that are not traced because later is maxNew

	events ring[noted]
	lost   atomic.Uint64
	over   atomic.Bool // no event is noted any more

	mu    sync.Mutex
	begun time.Time // guarded by mu; of the time for which count counts
	count int       // guarded by mu
}

// comes says how a process has come to a session.
type comes uint8

const (
	atFirst comes = iota
	isNew
	byName // and leaves with the name
)

// noted is an event as it is kept: texts are made of it when it is shown.
type noted struct {
	event    TraceEvent
	to       pid.Address
	typ      reflect.Type
	function string
	why      error
}

func newSession(n *node, q Trace, owner pid.PID) *session {
	s := &session{node: n, owner: owner, query: q}
	s.events.size = traceEvents
	return s
}

// run is the body of the session's process.
func (s *session) run(ctx *runtime.Context) error {
	defer s.node.sessions.end(s)
	defer s.leave()
	ctx.Monitor(s.owner)
	defer s.node.rt.AddTracer(s)()
	for _, p := range s.first {
		s.add(p, atFirst)
	}
	_, _ = ctx.RecvTimeout(s.query.For) // the owner's end, or that all was shown
	return nil
}

// leave ends the tracing of all processes.
func (s *session) leave() {
	s.over.Store(true)
	for p := range s.targets.Range {
		s.remove(p.(pid.PID))
	}
}

// add traces a process. It is also called by those who are traced: neither the runtime's
// door to this nor anything here waits, or has somebody told.
func (s *session) add(p pid.PID, how comes) {
	if how != atFirst && s.later.Load() >= maxNew {
		s.missed.Add(1)
		return
	}
	if _, there := s.targets.LoadOrStore(p, how); there {
		return
	}
	if how != atFirst {
		s.later.Add(1)
	}
	s.node.sessions.trace(s.node.rt, p, 1)
	if s.over.Load() {
		s.remove(p) // leave may have passed by
	}
}

func (s *session) remove(p pid.PID) {
	how, there := s.targets.LoadAndDelete(p)
	if !there {
		return
	}
	if how != atFirst {
		s.later.Add(-1)
	}
	s.node.sessions.trace(s.node.rt, p, -1)
}

// Spawned implements [runtime.Tracer].
func (s *session) Spawned(e runtime.Spawned) {
	s.note(e.Parent, TraceSpawned, noted{to: pid.Address{PID: e.PID}, function: e.Function})
	if s.query.New && !s.over.Load() && !strings.HasPrefix(e.Label, Name) { // those that answer for us are nobody's business
		s.add(e.PID, isNew)
		s.note(e.PID, TraceStarted, noted{to: pid.Address{PID: e.Parent}, function: e.Function})
	}
}

// Named implements [runtime.Tracer].
func (s *session) Named(p pid.PID, name string, on bool) {
	switch {
	case s.over.Load() || !slices.Contains(s.query.Names, name):
	case on:
		s.add(p, byName)
	default:
		if how, _ := s.targets.Load(p); how == byName {
			s.remove(p)
		}
	}
}

// Linked implements [runtime.Tracer].
func (s *session) Linked(a, b pid.PID, on bool) {
	kind := TraceUnlinked
	if on {
		kind = TraceLinked
	}
	s.note(a, kind, noted{to: pid.Address{PID: b}})
}

// CallEnded implements [runtime.Tracer].
func (s *session) CallEnded(c runtime.Called) {
	s.note(c.From, TraceCalled, noted{to: c.To, why: c.Err, event: TraceEvent{Waited: c.Took}})
}

// Dropped implements [runtime.Tracer].
func (s *session) Dropped(to pid.Address, m runtime.Message, why error) {
	s.noteMessage(to.PID, TraceDropped, m, noted{why: why})
}

// Sent implements [runtime.Tracer].
func (s *session) Sent(from pid.PID, to pid.Address, m runtime.Message) {
	s.noteMessage(from, TraceSent, m, noted{to: to})
}

// Received implements [runtime.Tracer].
func (s *session) Received(p pid.PID, m runtime.Message, waited time.Duration) {
	s.noteMessage(p, TraceReceived, m, noted{event: TraceEvent{Waited: waited}})
}

// Exited implements [runtime.Tracer].
func (s *session) Exited(e runtime.Exited) {
	s.note(e.PID, TraceExited, noted{why: e.Reason})
	s.remove(e.PID)
}

func (s *session) noteMessage(p pid.PID, kind TraceKind, m runtime.Message, v noted) {
	v.typ = reflect.TypeOf(bare(m.Value()))
	if s.query.Type == "" || v.typ != nil && v.typ.String() == s.query.Type {
		s.note(p, kind, v)
	}
}

func (s *session) note(p pid.PID, kind TraceKind, v noted) {
	if s.over.Load() || len(s.query.Kinds) > 0 && !slices.Contains(s.query.Kinds, kind) {
		return
	}
	if _, traced := s.targets.Load(p); !traced {
		return
	}
	if !s.mayNote() {
		s.lost.Add(1)
		return
	}
	v.event.At, v.event.Kind, v.event.PID = time.Now(), kind, p
	s.events.add(func(seq uint64) noted { v.event.Seq = seq; return v })
}

// mayNote counts an event against the limit.
func (s *session) mayNote() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit, per := s.query.Limit, s.query.Per
	if per > 0 {
		if now := time.Now(); now.Sub(s.begun) >= per {
			s.begun, s.count = now, 0
		}
	}
	if s.count >= limit {
		return false
	}
	s.count++
	if per == 0 && s.count == limit {
		s.over.Store(true)
	}
	return true
}

// next returns the events after the one of number seq, and ends a session of which all
// was shown.
func (s *session) next(seq uint64) TraceEvents {
	over := s.over.Load() // before the look: what is noted meanwhile is for the next
	list, gone := s.events.after(seq, MaxRows)
	s.lost.Add(gone)
	events := TraceEvents{Session: s.id, Lost: s.lost.Load(), Missed: s.missed.Load(), Over: over && len(list) < MaxRows}
	for _, v := range list {
		events.Events = append(events.Events, v.show())
	}
	if events.Over {
		_ = s.node.rt.Exit(s.pid, signal.Shutdown)
	}
	return events
}

func (v noted) show() TraceEvent {
	e := v.event
	if v.to != (pid.Address{}) {
		e.To = v.to.String()
	}
	switch e.Kind {
	case TraceSent, TraceReceived, TraceDropped:
		e.Type = typeText(v.typ)
	case TraceStarted, TraceSpawned:
		e.Type = cut(v.function, maxLabelBytes)
	}
	if v.why != nil {
		e.Reason = text.Error(v.why, maxLabelBytes)
	}
	return e
}
