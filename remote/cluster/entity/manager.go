package entity

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

const (
	// batch is how many shards are claimed at once.
	batch = 100
	// stableTime is for how long the nodes must have been the same before a shard is moved: one
	// that restarts is to find its shards.
	stableTime = time.Second
	// gatherTime is for how long changes of the nodes are gathered before it is computed anew who
	// is to have which shard: of a thousand nodes that start at once each computes that once, not a
	// thousand times.
	gatherTime = 20 * time.Millisecond
	// maxLinger is by how much a node leaves later for those who are slow.
	maxLinger = time.Second
)

// holding is a shard that this node has claimed.
type holding struct {
	server   pid.PID
	running  *running
	lease    *lease
	disown   func()
	draining bool
}

// past is a server that has given its shard up, and passes on what still comes.
type past struct {
	shard int
	told  bool // who the next owner is
}

// manager is the process that claims shards and gives them up.
type manager struct {
	e       *Entities
	own     map[int]*holding
	past    map[pid.PID]past
	session *cluster.Session // with which own is held
	stale   bool             // nodes may be others by now: it will be gathered
	due     bool             // that is so, and it was gathered long enough
	nodes   []string         // those that are to have shards, as of since
	desired []string         // by shard, which of them is to have it
	since   time.Time
	leaving bool
	empty   time.Time      // since when there is nothing left to give up
	going   []runtime.From // who waits for all shards to be given up
}

func (m *manager) run(ctx *runtime.Context) error {
	m.e.c.Monitor(ctx)
	m.due = true
	defer m.stopAll(ctx)
	for {
		m.tend(ctx)
		msg, err := ctx.RecvTimeout(m.e.c.TTL() / 10)
		for ; err == nil; msg, err = ctx.TryRecv() { // all that is there, and then one look
			if e, ok := msg.Value().(signal.Exit); ok && e.From.IsZero() {
				return e.Reason
			}
			m.handle(ctx, msg)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

func (m *manager) handle(ctx *runtime.Context, msg runtime.Message) {
	switch v := msg.Value().(type) {
	case drained:
		if h := m.own[v.Shard]; h != nil && h.server == v.Server {
			m.release(ctx, v.Shard, h)
		}
	case movedOn:
		for server, p := range m.past {
			if p.shard == v.Shard && !p.told {
				m.tellNext(ctx, server, p)
			}
		}
	case signal.Exit:
		m.serverEnded(ctx, v.From)
	case forget:
		delete(m.past, v.Server)
		m.e.table.forget(v.Server)
		m.end(ctx, v.Server)
	case hostsMoved, cluster.Joined, cluster.Leaving, cluster.Left:
		m.nodesMayDiffer(ctx)
	case gathered:
		m.stale, m.due = false, true
	case leave:
		from, _ := msg.From()
		m.leaving, m.going = true, append(m.going, from)
	}
}

func (m *manager) nodesMayDiffer(ctx *runtime.Context) {
	if !m.stale {
		m.stale = true
		_, _ = ctx.SendAfter(ctx.PID(), gatherTime, gathered{})
	}
}

// serverEnded frees the shard of a server that has crashed, once its entities are dead. If
// the session is lost, all of them were killed, and there is nothing to free.
func (m *manager) serverEnded(ctx *runtime.Context, server pid.PID) {
	delete(m.past, server)
	for shard, h := range m.own {
		if h.server == server && h.lease.session.State() != cluster.Lost {
			h.running.kill(m.e.c.Runtime(), server)
			delete(m.own, shard)
			h.disown()
			_ = h.lease.session.Release(ctx, h.lease.entry) // else it goes with the session
		}
	}
}

// tellNext tells a server that has given its shard up who has had it next.
func (m *manager) tellNext(ctx *runtime.Context, server pid.PID, p past) {
	if next := m.e.table.successor(server); !next.IsZero() {
		m.past[server] = past{shard: p.shard, told: true}
		_ = ctx.Send(server, nextOwner{next})
	}
}

// What the manager tells itself.
type (
	// movedOn tells of a new owner of a shard.
	movedOn struct{ Shard int }
	// hostsMoved tells that others have the kind now.
	hostsMoved struct{}
	// gathered tells that changes of the nodes were gathered for long enough.
	gathered struct{}
	// forget ends a server that has nothing more to pass on.
	forget struct{ Server pid.PID }
)

// shardsChanged takes changes of the shards' keys. A goroutine of the mirror calls it.
func (m *manager) shardsChanged(events []directory.Event) {
	for _, shard := range m.e.table.apply(m.e.keys, events) {
		m.tell(movedOn{shard})
	}
	m.tell(changed{})
}

// hostsChanged takes changes of who has the kind. A goroutine of the mirror calls it.
func (m *manager) hostsChanged(events []directory.Event) {
	n := m.e.nodes
	n.mu.Lock()
	for _, e := range events {
		node := strings.TrimPrefix(e.Entry.Key, m.e.hosts)
		if e.Freed {
			delete(n.of, node)
		} else {
			n.of[node] = struct{}{}
		}
	}
	n.mu.Unlock()
	m.tell(hostsMoved{})
}

// tell sends the manager something.
func (m *manager) tell(v any) { _ = m.e.c.Runtime().TrySend(m.e.manager, v) }

// tend looks what is to be done and does it.
func (m *manager) tend(ctx *runtime.Context) {
	if !m.e.kind.Proxy && m.takePart(ctx) {
		m.look(ctx)
		if !m.leaving {
			m.claimAll(ctx)
		}
		m.drainSome(ctx)
	}
	m.answerLeave(ctx)
	m.count()
}

// count publishes how many shards are served.
func (m *manager) count() {
	n := int64(0)
	for _, h := range m.own {
		if !h.draining {
			n++
		}
	}
	m.e.serving.Store(n)
}

// takePart reports whether the node has a session, with which its kind is announced. What
// was held with one before is gone.
func (m *manager) takePart(ctx *runtime.Context) bool {
	s, err := m.e.c.Session()
	if err == nil && s == m.session {
		return true
	}
	m.lostAll(ctx)
	if err != nil || m.leaving || m.e.announce(ctx, s) != nil {
		return false
	}
	m.session = s
	return true
}

// look takes note of the nodes that are to have shards, and of who is to have which, if that
// may have changed.
func (m *manager) look(ctx *runtime.Context) {
	if !m.due {
		return
	}
	m.due = false
	n := m.e.nodes
	n.mu.Lock()
	defer n.mu.Unlock()
	var now []string
	for _, member := range m.e.c.Members() {
		if _, has := n.of[member.Node]; has && !member.Leaving {
			now = append(now, member.Node)
		}
	}
	if m.desired == nil || !slices.Equal(now, m.nodes) {
		m.nodes, m.since = now, time.Now()
		m.desired = place(m.e.kind.Shards, now)
		m.e.placed.Add(1)
		_, _ = ctx.SendAfter(ctx.PID(), stableTime, changed{}) // shards may move from then on
	}
}

// claimAll claims what is to be this node's and is free.
func (m *manager) claimAll(ctx *runtime.Context) {
	var free []int
	for shard, node := range m.desired {
		if node == m.e.self && m.own[shard] == nil && m.e.table.routes[shard].Load() == nil {
			free = append(free, shard)
		}
	}
	for some := range slices.Chunk(free, batch) {
		if m.claim(ctx, some) != nil {
			return
		}
	}
}

// claim starts the servers of some shards and claims these. A server whose shard somebody
// else has claimed meanwhile passes on what it got.
func (m *manager) claim(ctx *runtime.Context, shards []int) error {
	claims := make([]directory.Claim, len(shards))
	holdings := make([]*holding, len(shards))
	for i, shard := range shards {
		server := newShard(m.e, shard)
		p, err := genserver.StartLink(ctx, server, genserver.Options{Label: fmt.Sprintf("shard %s/%d", m.e.kind.Name, shard)})
		if err != nil {
			return err
		}
		holdings[i] = &holding{server: p, running: server.running}
		value, err := json.Marshal(owner{p})
		if err != nil {
			return err
		}
		claims[i] = directory.Claim{Key: fmt.Sprint(m.e.keys, shard), Value: value}
	}
	held, err := m.session.Claim(ctx, claims...)
	for i, h := range holdings {
		if err == nil && m.session.Holds(held[i], claims[i]) && m.serve(ctx, shards[i], h, held[i]) {
			continue
		}
		m.end(ctx, h.server)
	}
	return err
}

// serve lets a server begin whose shard is claimed. It reports false if the session is lost.
func (m *manager) serve(ctx *runtime.Context, shard int, h *holding, e directory.Entry) (ok bool) {
	rt := m.e.c.Runtime()
	h.disown, ok = m.session.Own(func() { h.running.kill(rt, h.server) })
	if !ok {
		return false
	}
	h.lease = &lease{session: m.session, entry: e, start: m.e.kind.Start, node: rt.Node().ID()}
	m.own[shard] = h
	return ctx.Send(h.server, &claimed{h.lease}) == nil
}

// end ends a server that has nothing.
func (m *manager) end(ctx *runtime.Context, server pid.PID) {
	_ = ctx.Unlink(server)
	_ = ctx.Exit(server, signal.Kill)
}

// drainSome begins to give up what is to be elsewhere: an eighth at once, and not before
// the nodes have been the same for a while, unless this one leaves.
func (m *manager) drainSome(ctx *runtime.Context) {
	if !m.leaving && time.Since(m.since) < stableTime {
		return
	}
	moving := 0
	for _, h := range m.own {
		if h.draining {
			moving++
		}
	}
	limit := max(1, len(m.own)/8)
	for shard, h := range m.own {
		if moving >= limit {
			return
		}
		if !h.draining && (m.leaving || m.desired[shard] != m.e.self) {
			h.draining = true
			moving++
			_ = ctx.Send(h.server, drain{})
		}
	}
}

// release frees the key of a shard that has been drained. Its server stays for a while, to
// pass on what still comes.
func (m *manager) release(ctx *runtime.Context, shard int, h *holding) {
	if err := h.lease.session.Release(ctx, h.lease.entry); err != nil {
		return // the session is lost, and all of this with it
	}
	h.disown()
	delete(m.own, shard)
	m.past[h.server] = past{shard: shard}
	m.tellNext(ctx, h.server, past{shard: shard})
	_, _ = ctx.SendAfter(ctx.PID(), stableTime, forget{h.server})
}

// lostAll ends what was held with a session that is lost. Its entities were killed then.
func (m *manager) lostAll(ctx *runtime.Context) {
	for shard, h := range m.own {
		delete(m.own, shard)
		m.end(ctx, h.server)
	}
	m.session = nil
}

// answerLeave answers who waits for all shards to be given up, and for their next owners
// to be known, if there will be any.
func (m *manager) answerLeave(ctx *runtime.Context) {
	if len(m.going) == 0 || len(m.own) > 0 {
		return
	}
	for _, p := range m.past {
		if !p.told && len(m.nodes) > 0 {
			return
		}
	}
	if m.empty.IsZero() {
		m.empty = time.Now()
		_, _ = ctx.SendAfter(ctx.PID(), m.linger(), changed{})
	}
	if time.Since(m.empty) < m.linger() {
		return
	}
	for _, from := range m.going {
		_ = ctx.Reply(from, true)
	}
	m.going = nil
}

// linger is for how long a node that leaves still says that its shards have moved, to those
// who have not heard of it yet: a watch that is slow, a caller that has no processor. A call that
// meets a closed connection instead fails.
func (m *manager) linger() time.Duration { return min(m.e.c.TTL()/6, maxLinger) }

// stopAll ends all servers, when the manager ends.
func (m *manager) stopAll(ctx *runtime.Context) {
	rt := m.e.c.Runtime()
	for _, h := range m.own {
		h.disown()
		h.running.kill(rt, h.server)
	}
	for server := range m.past {
		_ = rt.Exit(server, signal.Kill)
	}
}
