package entity

import (
	"cmp"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// The lives of a shard's entities: how they start, are given messages, rest and end.

const (
	// hibernateAfter is short: most entities have nothing to do most of the time.
	hibernateAfter = 100 * time.Millisecond
	// restAfter is how long an entity has had no message when its shard stops to monitor
	// it. A monitor takes as much memory as all else of an entity.
	restAfter = 2 * hibernateAfter
	// shrinkAfter is how long a shard waits for more entities before it looks which are
	// too many.
	shrinkAfter = 100 * time.Millisecond
)

// give gives a message to its entity, which is started if it does not run.
func (s *shard) give(ctx *genserver.Context, id string, m *forwarded) error {
	a, err := s.activate(ctx, id)
	if err != nil {
		return err
	}
	s.watch(ctx, id, a)
	if a.busy.stopped {
		if len(a.busy.waiting) >= MaxWaiting {
			return ErrShardBusy
		}
		a.busy.waiting = append(a.busy.waiting, m)
		return nil
	}
	a.settled()
	a.sent++
	s.clock++
	a.used = s.clock
	if m.from != (genserver.From{}) {
		a.busy.calls = append(a.busy.calls, pending{a.sent, m.from})
	}
	return ctx.Send(a.pid(), m)
}

// activate returns the entity, running.
func (s *shard) activate(ctx *genserver.Context, id string) (*active, error) {
	if a, ok := s.running.of[id]; ok {
		return a, nil
	}
	a := &active{lease: s.lease, inner: unstarted(id), used: s.clock}
	p, err := genserver.Start(ctx.Context, a, genserver.Options{HibernateAfter: hibernateAfter})
	if err != nil {
		return nil, err
	}
	a.process = p.ID()
	if !s.running.put(id, a) {
		_ = ctx.Exit(p, signal.Kill)
		return nil, errMoved
	}
	if s.excess() > 0 {
		s.shrinkLater(ctx)
	}
	return a, nil
}

// watch makes sure that the end of an entity is noticed. One that has ended, or is about to,
// gets nothing more: what comes waits for its end, and then starts it anew.
func (s *shard) watch(ctx *genserver.Context, id string, a *active) {
	if a.busy != nil {
		return
	}
	a.busy = &busy{id: id, monitor: ctx.Monitor(a.pid())}
	a.busy.stopped = !ctx.IsAlive(a.pid())
	s.watched[a.busy.monitor] = a
	if !s.resting {
		s.resting = true
		s.later(ctx, restAfter, rest{})
	}
}

// rest ends the watch over those that have had nothing to do since the last rest. The map is
// made anew: one that was large stays so.
func (s *shard) rest(ctx *genserver.Context) {
	s.resting = false
	watched, restful := make(map[pid.Ref]*active), false
	for ref, a := range s.watched {
		mayRest := !a.busy.stopped && !s.wanted[a.busy.id]
		if mayRest && a.used <= s.rested && a.idle() && ctx.Demonitor(ref) {
			a.busy = nil
			continue
		}
		watched[ref] = a
		restful = restful || mayRest
	}
	s.watched, s.rested = watched, s.clock
	if restful {
		s.resting = true
		s.later(ctx, restAfter, rest{})
	}
}

// sweep stops entities that had no message since the last sweep but one, and takes note of those that
// have ended while they had nothing to do.
func (s *shard) sweep(ctx *genserver.Context) {
	if s.phase != serving {
		return
	}
	for id, a := range s.running.of {
		switch {
		case a.busy == nil && !ctx.IsAlive(a.pid()):
			s.watch(ctx, id, a)
		case s.wanted[id] || !a.idle():
		case s.e.kind.PassivateAfter >= 0 && a.used <= s.swept[0]:
			s.stop(ctx, id, a)
		}
	}
	s.swept = [2]uint64{s.swept[1], s.clock}
	s.later(ctx, s.sweepInterval(), sweep{})
}

func (s *shard) sweepInterval() time.Duration {
	if s.e.kind.PassivateAfter < 0 {
		return DefaultPassivateAfter
	}
	return max(s.e.kind.PassivateAfter/2, time.Millisecond)
}

// excess returns how many of the shard's entities are too many: its part of the node's.
func (s *shard) excess() int {
	all := int(s.e.active.Load())
	over := all - s.e.kind.MaxActive
	if s.e.kind.MaxActive == 0 || over <= 0 {
		return 0
	}
	return (over*len(s.running.of) + all - 1) / all
}

// shrink stops those of the shard's entities that are too many: the ones that were not used
// for longest, of those that are idle.
func (s *shard) shrink(ctx *genserver.Context) {
	excess := s.excess()
	if s.phase != serving || excess == 0 {
		return
	}
	var idle []string
	for id, a := range s.running.of {
		if !s.wanted[id] && !a.stopped() && a.idle() {
			idle = append(idle, id)
		}
	}
	used := func(id string) uint64 { return s.running.of[id].used }
	slices.SortFunc(idle, func(a, b string) int { return cmp.Compare(used(a), used(b)) })
	for _, id := range idle[:min(excess, len(idle))] {
		s.stop(ctx, id, s.running.of[id])
	}
	if len(idle) < excess {
		s.shrinkLater(ctx)
	}
}

func (s *shard) shrinkLater(ctx *genserver.Context) {
	if !s.shrinking {
		s.shrinking = true
		s.later(ctx, shrinkAfter, shrink{})
	}
}

// stop gives an entity its last message.
func (s *shard) stop(ctx *genserver.Context, id string, a *active) {
	if s.watch(ctx, id, a); !a.busy.stopped {
		a.busy.stopped = true
		_ = ctx.Send(a.pid(), stop{})
	}
}

// down takes out an entity that has ended. Calls that it had get an error; what came after
// its last message starts it anew.
func (s *shard) down(ctx *genserver.Context, d signal.Down) {
	if d.Ref == s.lister {
		s.listed(ctx, d.Reason)
		return
	}
	a, ok := s.watched[d.Ref]
	if !ok {
		return
	}
	delete(s.watched, d.Ref)
	id := a.busy.id
	s.running.remove(id)
	a.settled()
	for _, c := range a.busy.calls {
		_ = c.from.ReplyError(ctx, ErrEntityDown)
	}
	s.reroute(ctx, id, a)
	if s.phase == serving && s.wanted[id] {
		s.later(ctx, wantedPause, wanted{id})
	}
	s.finish(ctx)
}
