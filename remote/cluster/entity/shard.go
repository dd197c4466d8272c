package entity

import (
	"context"
	"slices"
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

	phase phase
	kept  []any   // of waiting, draining and moved: *forwarded with its ID, or a flush
	next  pid.PID // of moved: to whom all is passed on; zero while that is not known

	wanted    map[string]bool
	lister    pid.Ref   // the monitor of who asks which are wanted; zero: nobody
	clock     uint64    // grows with each message
	swept     [2]uint64 // the clock at the last sweep but one, and at the last
	rested    uint64    // the clock at the last look for who is idle
	resting   bool      // there will be another one
	shrinking bool      // a look for who is too many is to come

	// over are the servers whose end, or loss, was given as an answer to settleAfter. What
	// they pass on afterwards is late: one that was only out of reach gets what was on its
	// way to it when it is back.
	over    map[pid.PID]bool
	watched map[pid.Ref]*active // the entities that are busy, by their monitors
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
		_ = rt.Exit(a.pid(), signal.Kill)
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
		watched: make(map[pid.Ref]*active), running: &running{count: &e.active, of: make(map[string]*active)}}
}

// HandleCall implements [genserver.CallHandler].
func (s *shard) HandleCall(ctx *genserver.Context, from genserver.From, req any) (any, error) {
	switch r := req.(type) {
	case routed:
		return s.route(ctx, r.ID, &forwarded{from: from, msg: r.Msg})
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
		s.takeOver(ctx, &m)
	}
	return nil
}

// takeOver takes what the server before passes on, unless it is late: one that has passed it
// on was out of reach, and its senders have gone on without it. That may be another than the
// one before, and one that has had the shard in between may be unknown to them.
func (s *shard) takeOver(ctx *genserver.Context, m *passedOn) {
	late := slices.ContainsFunc(m.By, func(server pid.PID) bool { return s.over[server] })
	if !late {
		_, _ = s.route(ctx, m.Cast.ID, &forwarded{msg: m.Cast.Msg, passed: m})
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
	if s.over[server] {
		_ = from.Reply(ctx, true)
		return
	}
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
			by := append(slices.Clip(k.m.passedBy()), ctx.PID())
			_ = genserver.Cast(ctx.Context, s.next, passedOn{By: by, Cast: routed{k.id, k.m.msg}})
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
	case shrink:
		s.shrinking = false
		s.shrink(ctx)
	case rest:
		s.rest(ctx)
	case wanted:
		s.want(ctx, m.ID)
	case list:
		s.listWanted(ctx)
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
	s.listWanted(ctx)
	s.later(ctx, s.sweepInterval(), sweep{})
}

func (s *shard) later(ctx *genserver.Context, d time.Duration, v any) {
	_, _ = ctx.SendAfter(ctx.PID(), d, v)
}

// drain begins to give the shard up.
func (s *shard) drain(ctx *genserver.Context) {
	if s.phase != serving {
		return
	}
	s.phase = draining
	for id, a := range s.running.of {
		s.stop(ctx, id, a)
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
		_ = ctx.Exit(a.pid(), signal.Kill)
	}
}

// reroute routes what waits for an entity that has got its last message.
func (s *shard) reroute(ctx *genserver.Context, id string, a *active) {
	waited := a.busy.waiting
	a.busy.waiting = nil
	for _, m := range waited {
		v, err := s.route(ctx, id, m)
		if m.from != (genserver.From{}) && v != genserver.NoReply {
			_ = m.from.ReplyError(ctx, err)
		}
	}
}
