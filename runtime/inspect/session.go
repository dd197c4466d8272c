package inspect

import (
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// session is a trace. It is a process: that ends with the session, and the session with
// it. Those who are traced never wait for it; what they cannot note at once is lost, and
// counted.
type session struct {
	runtime.NopTracer
	id      uint64
	node    *node
	owner   pid.PID
	pid     pid.PID              // of the session's process; set before it can be found
	targets map[pid.PID]struct{} // not changed once the session has begun
	limit   int
	per     time.Duration
	last    time.Duration // how long the session is

	events ring[noted]
	lost   atomic.Uint64
	over   atomic.Bool // no event is noted any more

	mu    sync.Mutex
	begun time.Time // guarded by mu; of the time for which count counts
	count int       // guarded by mu
}

// noted is an event as it is kept: texts are made of it when it is shown.
type noted struct {
	event TraceEvent
	to    pid.Address
	typ   reflect.Type
	why   signal.ExitReason
}

func newSession(n *node, q Trace, owner pid.PID) *session {
	s := &session{node: n, owner: owner, targets: make(map[pid.PID]struct{}), limit: q.Limit, per: q.Per, last: q.For}
	s.events.size = traceEvents
	return s
}

// run is the body of the session's process.
func (s *session) run(ctx *runtime.Context) error {
	defer s.node.sessions.end(s)
	defer s.over.Store(true)
	ctx.Monitor(s.owner)
	defer s.node.rt.AddTracer(s)()
	for p := range s.targets {
		s.node.sessions.trace(s.node.rt, p, 1)
		defer s.node.sessions.trace(s.node.rt, p, -1)
	}
	_, _ = ctx.RecvTimeout(s.last) // the owner's end, or that all was shown
	s.over.Store(true)
	return nil
}

// Sent implements [runtime.Tracer].
func (s *session) Sent(from pid.PID, to pid.Address, m runtime.Message) {
	s.note(from, "sent", noted{to: to, typ: reflect.TypeOf(m.Value())})
}

// Received implements [runtime.Tracer].
func (s *session) Received(p pid.PID, m runtime.Message, waited time.Duration) {
	s.note(p, "received", noted{typ: reflect.TypeOf(m.Value()), event: TraceEvent{Waited: waited}})
}

// Exited implements [runtime.Tracer].
func (s *session) Exited(e runtime.Exited) { s.note(e.PID, "exited", noted{why: e.Reason}) }

func (s *session) note(p pid.PID, kind string, v noted) {
	if _, traced := s.targets[p]; !traced || s.over.Load() {
		return
	}
	if !s.mayNote() {
		s.lost.Add(1)
		return
	}
	v.event.At, v.event.Kind, v.event.PID = time.Now(), kind, p
	if !s.events.tryAdd(func(seq uint64) noted { v.event.Seq = seq; return v }) {
		s.lost.Add(1)
	}
}

// mayNote counts an event against the limit, unless somebody else is about to.
func (s *session) mayNote() bool {
	if !s.mu.TryLock() {
		return false
	}
	defer s.mu.Unlock()
	if now := time.Now(); s.per > 0 && now.Sub(s.begun) >= s.per {
		s.begun, s.count = now, 0
	}
	if s.count >= s.limit {
		return false
	}
	s.count++
	if s.per == 0 && s.count == s.limit {
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
	events := TraceEvents{Session: s.id, Lost: s.lost.Load(), Over: over && len(list) < MaxRows}
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
	switch e.Kind {
	case "exited":
		e.Reason = cut(v.why.String(), maxLabelBytes)
	case "sent":
		e.To = v.to.String()
		fallthrough
	default:
		e.Type = fmt.Sprint(v.typ)
	}
	return e
}

// sessions are the traces of a node.
type sessions struct {
	mu     sync.Mutex
	last   uint64              // guarded by mu
	all    map[uint64]*session // guarded by mu
	traced map[pid.PID]int     // guarded by mu; in how many sessions a process is
}

// begin starts a session's process.
func (ss *sessions) begin(s *session) error {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if len(ss.all) >= maxSessions {
		return fmt.Errorf("trace: %w", ErrBusy)
	}
	ready := make(chan struct{})
	p, err := s.node.rt.SpawnOpt(runtime.SpawnOptions{Label: Name + " trace"}, func(ctx *runtime.Context) error {
		<-ready // closed below, whatever happens
		return s.run(ctx)
	})
	defer close(ready)
	if err != nil {
		return err
	}
	ss.last++
	s.id, s.pid = ss.last, p
	if ss.all == nil {
		ss.all, ss.traced = make(map[uint64]*session), make(map[pid.PID]int)
	}
	ss.all[s.id] = s
	return nil
}

func (ss *sessions) get(id uint64) *session {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	return ss.all[id]
}

func (ss *sessions) end(s *session) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	delete(ss.all, s.id)
}

// trace counts in how many sessions a process is, by one more or less.
func (ss *sessions) trace(rt *runtime.Runtime, p pid.PID, by int) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	was := ss.traced[p]
	ss.traced[p] = was + by
	switch {
	case was == 0:
		rt.SetTraced(p, runtime.TraceSent|runtime.TraceReceived)
	case was+by == 0:
		rt.SetTraced(p, 0)
		delete(ss.traced, p)
	}
}
