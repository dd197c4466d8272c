package entity

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// phase is what a shard's server may do.
type phase uint8

// State machine (only these edges; each is one method):
//
//	waiting --serve--> serving --drain--> draining --finish--> moved
//
// A server whose session is lost is killed, in whatever phase, with its entities.
const (
	waiting  phase = iota // the claim is under way: what comes is kept
	serving               // entities run
	draining              // entities handle what they have; what comes is kept or goes back
	moved                 // nothing runs; what comes is passed on or goes back
)

// shard is the server of a shard on one node, from its claim to its hand-off.
type shard struct {
	e      *Entities
	number int
	lease  *lease // nil while waiting

	phase  phase
	wanted map[string]bool
	kept   []any   // of waiting, draining and moved: *forwarded with its ID, or a flush
	next   pid.PID // of moved: to whom all is passed on; zero while that is not known
	clock  int64   // grows with each message

	// over are the servers whose end, or loss, was given as an answer to settleAfter. What
	// they pass on afterwards is late: one that was only out of reach gets what was on its
	// way to it when it is back.
	over    map[pid.PID]bool
	ids     map[pid.Ref]string // of the entities, by their monitors
	running *running
}

// running is who runs in a shard. It is shared with the session, which kills all of them.
type running struct {
	count *atomic.Int64 // of all shards of the node

	mu   sync.Mutex
	of   map[string]*active // guarded by mu; the shard alone changes it, and reads it without
	dead bool               // guarded by mu; all were killed
}

// kill kills all entities and then their shard.
func (r *running) kill(rt *runtime.Runtime, server pid.PID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.of {
		_ = rt.Exit(a.pid, signal.Kill)
	}
	_ = rt.Exit(server, signal.Kill)
	if !r.dead {
		r.dead = true
		r.count.Add(-int64(len(r.of)))
	}
}

// put adds an entity. It reports false if all were killed: then this one is to be, too.
func (r *running) put(id string, a *active) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dead {
		return false
	}
	r.of[id] = a
	r.count.Add(1)
	return true
}

func (r *running) remove(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.of, id)
	if !r.dead {
		r.count.Add(-1)
	}
}

// keptMessage is a message that waits in the shard.
type keptMessage struct {
	id string
	m  *forwarded
}

// keptFlush is a flush that waits in the shard.
type keptFlush struct{ from genserver.From }

var (
	_ genserver.CallHandler = (*shard)(nil)
	_ genserver.CastHandler = (*shard)(nil)
	_ genserver.InfoHandler = (*shard)(nil)
)

func newShard(e *Entities, number int) *shard {
	return &shard{e: e, number: number, wanted: make(map[string]bool), over: make(map[pid.PID]bool),
		ids: make(map[pid.Ref]string), running: &running{count: &e.active, of: make(map[string]*active)}}
}

// HandleCall implements [genserver.CallHandler].
func (s *shard) HandleCall(ctx *genserver.Context, from genserver.From, req any) (any, error) {
	switch r := req.(type) {
	case routed:
		return s.route(ctx, r.ID, &forwarded{from, r.Msg})
	case flush:
		return s.flush(ctx, from)
	case settleAfter:
		s.settleAfter(ctx, from, r.Server)
		return genserver.NoReply, nil
	}
	return nil, genserver.ErrUnhandled
}

// HandleCast implements [genserver.CastHandler].
func (s *shard) HandleCast(ctx *genserver.Context, msg any) error {
	switch m := msg.(type) {
	case routed:
		_, _ = s.route(ctx, m.ID, &forwarded{msg: m.Msg})
	case passedOn:
		s.takeOver(ctx, m)
	}
	return nil
}

// takeOver takes what the server before passes on, unless it is late: that one was out of
// reach, and its senders have gone on without it.
func (s *shard) takeOver(ctx *genserver.Context, m passedOn) {
	if !s.over[m.By] {
		_, _ = s.route(ctx, m.Cast.ID, &forwarded{msg: m.Cast.Msg})
	}
}

// route brings a message to its entity, keeps it, or sends a call back.
func (s *shard) route(ctx *genserver.Context, id string, m *forwarded) (any, error) {
	isCall := m.from != (genserver.From{})
	switch {
	case s.phase == serving:
		return genserver.NoReply, s.give(ctx, id, m)
	case s.phase != waiting && isCall:
		return nil, errMoved
	}
	return genserver.NoReply, s.keep(ctx, keptMessage{id, m})
}

// flush answers when all that came before has got to where it is handled.
func (s *shard) flush(ctx *genserver.Context, from genserver.From) (any, error) {
	if s.phase == serving {
		return true, nil
	}
	return genserver.NoReply, s.keep(ctx, keptFlush{from})
}

// settleAfter answers when a flush has come by way of a server, or when that one's end, which
// arrives after all that it has sent.
func (s *shard) settleAfter(ctx *genserver.Context, from genserver.From, server pid.PID) {
	self := ctx.Context // a helper's own
	go func() {         // ends with the call, and so with this process at the latest
		if err := flushAt(self, server); err == nil {
			_ = from.Reply(self, true)
		} else {
			_ = self.Send(self.PID(), unreachable{server, from})
		}
	}()
}

// keep keeps what cannot be handled now, in order. A shard that has moved passes it on as
// soon as it knows to whom.
func (s *shard) keep(ctx *genserver.Context, what any) error {
	if len(s.kept) >= MaxWaiting {
		return ErrShardBusy
	}
	s.kept = append(s.kept, what)
	s.passOn(ctx)
	return nil
}

// passOn passes on what was kept, in order.
func (s *shard) passOn(ctx *genserver.Context) {
	if s.phase != moved || s.next.IsZero() {
		return
	}
	for _, k := range s.kept {
		switch k := k.(type) {
		case keptMessage:
			_ = genserver.Cast(ctx.Context, s.next, passedOn{By: ctx.PID(), Cast: routed{k.id, k.m.msg}})
		case keptFlush:
			s.passOnFlush(ctx, k.from)
		}
	}
	s.kept = nil
}

// passOnFlush answers a flush when one in this server's name, after all that it has passed on,
// is answered. If the next server ends, what was passed on is handled or lost.
func (s *shard) passOnFlush(ctx *genserver.Context, from genserver.From) {
	self, next := ctx.Context, s.next
	go func() { // ends with the call, and so with this process at the latest
		_ = flushAt(self, next)
		_ = from.Reply(self, true)
	}()
}

// flushAt waits until all that the process has sent to a server has got to where it is
// handled.
func flushAt(self *runtime.Context, server pid.PID) error {
	ctx, cancel := context.WithTimeout(self, settleTime)
	defer cancel()
	_, err := genserver.CallAs[bool](ctx, server, flush{})
	return err
}

// follow begins to pass on to a server: the next that has had the shard. It goes on to do so
// also when that one has given it up, so that nothing overtakes on another way, and when that
// one has ended: then it is lost.
func (s *shard) follow(ctx *genserver.Context, next pid.PID) {
	s.next = next
	s.passOn(ctx)
}

// give gives a message to its entity, which is started if it does not run.
func (s *shard) give(ctx *genserver.Context, id string, m *forwarded) error {
	a, err := s.activate(ctx, id)
	if err != nil {
		return err
	}
	if a.stopped {
		if len(a.waiting) >= MaxWaiting {
			return ErrShardBusy
		}
		a.waiting = append(a.waiting, m)
		return nil
	}
	a.settled()
	a.sent++
	s.clock++
	a.used = s.clock
	if m.from != (genserver.From{}) {
		a.calls = append(a.calls, pending{a.sent, m.from})
	}
	return ctx.Send(a.pid, m)
}

// activate returns the entity, running.
func (s *shard) activate(ctx *genserver.Context, id string) (*active, error) {
	if a, ok := s.running.of[id]; ok {
		return a, nil
	}
	done := new(atomic.Uint64)
	start := s.e.kind.Start
	l := s.lease
	p, ref, err := genserver.StartMonitor(ctx.Context, &server{
		lease: l, done: done,
		start: func() (any, error) { return start(l, id) },
	}, genserver.Options{HibernateAfter: hibernateAfter})
	if err != nil {
		return nil, err
	}
	a := &active{pid: p, done: done}
	if !s.running.put(id, a) {
		_ = ctx.Exit(p, signal.Kill)
		return nil, errMoved
	}
	s.ids[ref] = id
	return a, nil
}

// hibernateAfter is short: most entities have nothing to do most of the time.
const hibernateAfter = 100 * time.Millisecond

// HandleInfo implements [genserver.InfoHandler].
func (s *shard) HandleInfo(ctx *genserver.Context, msg any) error {
	switch m := msg.(type) {
	case *claimed:
		s.serve(ctx, m.lease)
	case drain:
		s.drain(ctx)
	case overdue:
		s.killAll(ctx)
	case sweep:
		s.sweep(ctx)
	case nextOwner:
		s.follow(ctx, m.Server)
	case unreachable:
		s.over[m.Server] = true
		_ = m.From.Reply(ctx, true)
	case signal.Down:
		s.down(ctx, m)
	case stop:
		ctx.Stop(signal.Shutdown)
	}
	return nil
}

// serve begins to run entities: those that have waited, and those that always run.
func (s *shard) serve(ctx *genserver.Context, l *lease) {
	s.lease, s.phase = l, serving
	kept := s.kept
	s.kept = nil
	for _, k := range kept {
		switch k := k.(type) {
		case keptMessage:
			if err := s.give(ctx, k.id, k.m); err != nil && k.m.from != (genserver.From{}) {
				_ = k.m.from.ReplyError(ctx, err)
			}
		case keptFlush:
			_ = k.from.Reply(ctx, true)
		}
	}
	s.startWanted(ctx)
	s.later(ctx, s.sweepInterval(), sweep{})
}

func (s *shard) startWanted(ctx *genserver.Context) {
	if s.e.kind.Wanted == nil {
		return
	}
	for id := range s.e.kind.Wanted(ctx.Context, s.number) {
		s.wanted[id] = true
		_, _ = s.activate(ctx, id)
	}
}

func (s *shard) later(ctx *genserver.Context, d time.Duration, v any) {
	_, _ = ctx.SendAfter(ctx.PID(), d, v)
}

func (s *shard) sweepInterval() time.Duration {
	if s.e.kind.PassivateAfter < 0 {
		return DefaultPassivateAfter
	}
	return max(s.e.kind.PassivateAfter/2, time.Millisecond)
}

// sweep stops entities that had no message since the last sweep but one, or that are too
// many.
func (s *shard) sweep(ctx *genserver.Context) {
	if s.phase != serving {
		return
	}
	for id, a := range s.running.of {
		if !s.wanted[id] && a.used == 0 && a.idle() && s.e.kind.PassivateAfter >= 0 {
			s.stop(ctx, a)
		}
		a.used = 0
	}
	s.shrink(ctx)
	s.later(ctx, s.sweepInterval(), sweep{})
}

// shrink stops idle entities while the node has too many.
func (s *shard) shrink(ctx *genserver.Context) {
	over := int(s.e.active.Load()) - s.e.kind.MaxActive
	if s.e.kind.MaxActive == 0 {
		return
	}
	for id, a := range s.running.of {
		if over <= 0 {
			return
		}
		if !s.wanted[id] && !a.stopped && a.idle() {
			s.stop(ctx, a)
			over--
		}
	}
}

// stop gives an entity its last message.
func (s *shard) stop(ctx *genserver.Context, a *active) {
	if !a.stopped {
		a.stopped = true
		_ = ctx.Send(a.pid, stop{})
	}
}

// drain begins to give the shard up.
func (s *shard) drain(ctx *genserver.Context) {
	if s.phase != serving {
		return
	}
	s.phase = draining
	for id, a := range s.running.of {
		s.stop(ctx, a)
		s.reroute(ctx, id, a) // before what comes from now on
	}
	s.later(ctx, s.e.kind.HandOffTimeout, overdue{})
	s.finish(ctx)
}

// finish tells the manager once nothing runs any more. It frees the key then, not before.
func (s *shard) finish(ctx *genserver.Context) {
	if s.phase != draining || len(s.running.of) > 0 {
		return
	}
	s.phase = moved
	_ = ctx.Send(s.e.manager, drained{s.number, ctx.PID()})
}

func (s *shard) killAll(ctx *genserver.Context) {
	if s.phase != draining {
		return
	}
	for _, a := range s.running.of {
		_ = ctx.Exit(a.pid, signal.Kill)
	}
}

// down takes out an entity that has ended. Calls that it had get an error; what came after
// its last message starts it anew.
func (s *shard) down(ctx *genserver.Context, d signal.Down) {
	id, ok := s.ids[d.Ref]
	if !ok {
		return
	}
	a := s.running.of[id]
	delete(s.ids, d.Ref)
	s.running.remove(id)
	a.settled()
	for _, c := range a.calls {
		_ = c.from.ReplyError(ctx, ErrEntityDown)
	}
	s.resume(ctx, id, a)
	s.finish(ctx)
}

// resume gives what waited for an entity to its successor.
func (s *shard) resume(ctx *genserver.Context, id string, a *active) {
	s.reroute(ctx, id, a)
	if s.phase == serving && s.wanted[id] {
		_, _ = s.activate(ctx, id)
	}
}

// reroute routes what waits for an entity that has got its last message.
func (s *shard) reroute(ctx *genserver.Context, id string, a *active) {
	waited := a.waiting
	a.waiting = nil
	for _, m := range waited {
		v, err := s.route(ctx, id, m)
		if m.from != (genserver.From{}) && v != genserver.NoReply {
			_ = m.from.ReplyError(ctx, err)
		}
	}
}
