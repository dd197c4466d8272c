package group

import (
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/runtime"
)

// retryAfter is when a node is tried again whose server could not be reached or took
// nothing.
const retryAfter = time.Second

// counts is how many memberships each process has in each group.
type counts map[string]map[pid.PID]int

func (c counts) add(group string, p pid.PID, n int) {
	if c[group] == nil {
		c[group] = make(map[pid.PID]int)
	}
	if c[group][p] += n; c[group][p] <= 0 {
		delete(c[group], p)
	}
	if len(c[group]) == 0 {
		delete(c, group)
	}
}

// keeper is the server of a scope on one node.
type keeper struct {
	c     *cluster.Cluster
	table *table
	name  string // registered, the same on all nodes
	ended chan struct{}
	hosts *hosts // nil in a cluster without a directory

	local    counts
	watched  map[pid.PID]pid.Ref // local members and monitors, by their monitor
	peers    map[string]*peer    // by node
	byRef    map[pid.Ref]string  // the peers' nodes, by the monitor of their server
	monitors map[pid.Ref]monitor
}

// peer is the server of another node.
type peer struct {
	watch   pid.Ref // monitor of its name; zero if it is not watched now
	server  pid.PID // zero until it has said hello or sent its table
	members counts
	behind  bool // it has missed a change: it needs the whole table
}

// monitor is a process that is told of changes.
type monitor struct {
	pid   pid.PID
	group string
	every bool // of all groups
}

func newKeeper(c *cluster.Cluster, t *table, name string) *keeper {
	return &keeper{
		c: c, table: t, name: name, ended: make(chan struct{}),
		local: make(counts), watched: make(map[pid.PID]pid.Ref),
		peers: make(map[string]*peer), byRef: make(map[pid.Ref]string),
		monitors: make(map[pid.Ref]monitor),
	}
}

// retry asks to look after a peer again.
type retry struct{ Node string }

func (k *keeper) run(ctx *runtime.Context) error {
	defer close(k.ended)
	if err := k.findPeers(ctx); err != nil {
		return err
	}
	for _, node := range k.c.Node().MonitorNodes(ctx) {
		k.nodeUp(ctx, node)
	}
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		if stop := k.handle(ctx, m); stop != nil {
			return stop
		}
	}
}

// findPeers begins to watch the nodes that have the scope. Without a directory nobody knows
// which these are: then it is all.
func (k *keeper) findPeers(ctx *runtime.Context) (err error) {
	d, err := k.c.Directory()
	if err == nil {
		k.hosts, err = followHosts(ctx, k.c, d, k.scope())
		return err
	}
	for _, m := range k.c.Monitor(ctx) {
		k.watch(ctx, m.Node)
	}
	return nil
}

func (k *keeper) handle(ctx *runtime.Context, m runtime.Message) error {
	switch v := m.Value().(type) {
	case *request:
		from, _ := m.From()
		_ = ctx.Reply(from, k.obey(ctx, v))
	case hello:
		k.hello(ctx, v.From)
	case all:
		k.all(ctx, v)
	case change:
		k.change(ctx, v)
	case signal.Down:
		k.down(ctx, v)
	case remote.NodeUp:
		k.nodeUp(ctx, v.Node)
	case cluster.Joined:
		k.watch(ctx, v.Member.Node)
	case cluster.Left:
		k.left(v.Member.Node)
	case hostChanged:
		if k.hosts.apply(v); v.Has && v.Node != k.c.Node().Name() {
			k.watch(ctx, v.Node)
			k.greet(ctx, v.Node) // it may be connected already
		} else {
			k.left(v.Node)
		}
	case retry:
		k.retry(ctx, v.Node)
	case signal.Exit:
		return v.Reason
	}
	return nil
}

// obey does what a process of this node asks for.
func (k *keeper) obey(ctx *runtime.Context, r *request) int {
	switch r.Op {
	case opJoin:
		k.look(ctx, r.PID)
		k.changeLocal(ctx, r.Group, r.PID, 1)
	case opLeave:
		if k.local[r.Group][r.PID] == 0 {
			return notJoined
		}
		k.changeLocal(ctx, r.Group, r.PID, -1)
	case opMonitor:
		k.look(ctx, r.PID)
		k.monitors[r.Ref] = monitor{pid: r.PID, group: r.Group}
		r.members = k.table.get(r.Group).all
	case opMonitorAll:
		k.look(ctx, r.PID)
		k.monitors[r.Ref] = monitor{pid: r.PID, every: true}
		for _, group := range k.table.groups() {
			_ = ctx.TrySend(r.PID, Changed{Ref: r.Ref, Scope: k.scope(), Group: group, Joined: k.table.get(group).all})
		}
	case opDemonitor:
		delete(k.monitors, r.Ref)
	}
	return done
}

func (k *keeper) scope() string { return k.name[len(serverName("")):] }

// look makes sure that the end of a local process is noticed.
func (k *keeper) look(ctx *runtime.Context, p pid.PID) {
	if _, ok := k.watched[p]; !ok {
		k.watched[p] = ctx.Monitor(p)
	}
}

// changeLocal changes the memberships of a process of this node and tells everybody.
func (k *keeper) changeLocal(ctx *runtime.Context, group string, p pid.PID, n int) {
	k.local.add(group, p, n)
	k.put(ctx, group, p, true, n)
	for node, peer := range k.peers {
		k.tell(ctx, node, peer, change{From: ctx.PID(), Group: group, Member: p, Joins: n})
	}
}

// put changes the table and tells the monitors.
func (k *keeper) put(ctx *runtime.Context, group string, p pid.PID, local bool, n int) {
	k.table.put(group, p, local, n)
	for ref, m := range k.monitors {
		if !m.every && m.group != group {
			continue
		}
		c := Changed{Ref: ref, Scope: k.scope(), Group: group}
		if n > 0 {
			c.Joined = times(nil, p, n)
		} else {
			c.Left = times(nil, p, -n)
		}
		_ = ctx.TrySend(m.pid, c)
	}
}

// tell sends a peer what it has to know. It does not wait: a peer that takes nothing
// gets the whole table later.
func (k *keeper) tell(ctx *runtime.Context, node string, p *peer, what any) {
	if p.server.IsZero() || p.behind {
		return
	}
	if ctx.TrySend(p.server, what) != nil {
		p.behind = true
		k.later(ctx, node)
	}
}

func (k *keeper) later(ctx *runtime.Context, node string) {
	_, _ = ctx.SendAfter(ctx.PID(), retryAfter, retry{node})
}

// own returns the whole table of this node.
func (k *keeper) own(ctx *runtime.Context) all {
	a := all{From: ctx.PID(), Groups: make(map[string][]pid.PID, len(k.local))}
	for group, of := range k.local {
		for p, n := range of {
			a.Groups[group] = append(a.Groups[group], times(nil, p, n)...)
		}
	}
	return a
}

// peer returns the record of a node's server.
func (k *keeper) peer(node string) *peer {
	p, ok := k.peers[node]
	if !ok {
		p = &peer{members: make(counts)}
		k.peers[node] = p
	}
	return p
}

// watch monitors the server of a node by its name, which connects to the node without
// waiting for it, and keeps the connection.
func (k *keeper) watch(ctx *runtime.Context, node string) {
	if node == k.c.Node().Name() {
		return
	}
	if p := k.peer(node); p.watch.IsZero() {
		p.watch = ctx.MonitorNamed(pid.Name{Name: k.name, Node: node})
		k.byRef[p.watch] = node
	}
}

func (k *keeper) nodeUp(ctx *runtime.Context, node string) {
	if k.hosts == nil || k.hosts.of[node] {
		k.watch(ctx, node)
		k.greet(ctx, node)
	}
}

// mayHave reports whether a node may have the scope, as far as is known.
func (k *keeper) mayHave(node string) bool {
	if k.hosts != nil {
		return k.hosts.of[node]
	}
	_, member := k.c.Member(node)
	return member
}

// greet says hello to the server of a node that is connected.
func (k *keeper) greet(ctx *runtime.Context, node string) {
	if ctx.TrySendNamed(pid.Name{Name: k.name, Node: node}, hello{ctx.PID()}) != nil {
		k.later(ctx, node)
	}
}

// hello answers a server that asks for the table, and asks it for its own if that is not
// known.
func (k *keeper) hello(ctx *runtime.Context, from pid.PID) {
	node := from.Node().Name()
	k.watch(ctx, node)
	p := k.peer(node)
	if p.server != from {
		k.forget(ctx, p)
		p.server = from
		_ = ctx.TrySend(from, hello{ctx.PID()})
	}
	p.behind = false
	k.tell(ctx, node, p, k.own(ctx))
}

// all takes the whole table of a node: what differs has changed.
func (k *keeper) all(ctx *runtime.Context, a all) {
	node := a.From.Node().Name()
	k.watch(ctx, node)
	p := k.peer(node)
	if p.server != a.From {
		k.forget(ctx, p)
		p.server = a.From
	}
	now := make(counts)
	for group, list := range a.Groups {
		for _, m := range list {
			now.add(group, m, 1)
		}
	}
	k.replace(ctx, p, now)
}

// replace makes a peer's members others, and tells what that changes.
func (k *keeper) replace(ctx *runtime.Context, p *peer, now counts) {
	was := p.members
	p.members = now
	for group, of := range was {
		for m, n := range of {
			if d := now[group][m] - n; d < 0 {
				k.put(ctx, group, m, false, d)
			}
		}
	}
	for group, of := range now {
		for m, n := range of {
			if d := n - was[group][m]; d > 0 {
				k.put(ctx, group, m, false, d)
			}
		}
	}
}

// change takes a change of a node whose table is known.
func (k *keeper) change(ctx *runtime.Context, c change) {
	p, ok := k.peers[c.From.Node().Name()]
	if !ok || p.server != c.From {
		return // its whole table will come
	}
	p.members.add(c.Group, c.Member, c.Joins)
	k.put(ctx, c.Group, c.Member, false, c.Joins)
}

// forget takes out all that is known of a node's processes.
func (k *keeper) forget(ctx *runtime.Context, p *peer) {
	k.replace(ctx, p, make(counts))
	p.server, p.behind = pid.PID{}, false
}

func (k *keeper) down(ctx *runtime.Context, d signal.Down) {
	if node, ok := k.byRef[d.Ref]; ok {
		k.peerDown(ctx, node, d)
		return
	}
	if k.watched[d.PID] != d.Ref {
		return
	}
	delete(k.watched, d.PID)
	for group, of := range k.local {
		if n := of[d.PID]; n > 0 {
			k.changeLocal(ctx, group, d.PID, -n)
		}
	}
	for ref, m := range k.monitors {
		if m.pid == d.PID {
			delete(k.monitors, ref)
		}
	}
}

// peerDown forgets a server that has ended or cannot be reached. One that was not there
// says hello when it is; one out of reach is tried again.
func (k *keeper) peerDown(ctx *runtime.Context, node string, d signal.Down) {
	delete(k.byRef, d.Ref)
	p := k.peers[node]
	p.watch = pid.Ref{}
	k.forget(ctx, p)
	if !k.mayHave(node) {
		delete(k.peers, node)
	} else if d.Reason == signal.NoConnection {
		k.later(ctx, node)
	}
}

// left forgets a node that has the scope no more, unless it is connected all the same.
func (k *keeper) left(node string) {
	if p, ok := k.peers[node]; ok && p.watch.IsZero() {
		delete(k.peers, node)
	}
}

func (k *keeper) retry(ctx *runtime.Context, node string) {
	p, ok := k.peers[node]
	switch {
	case !ok:
	case p.watch.IsZero():
		k.watch(ctx, node)
	case p.server.IsZero():
		k.greet(ctx, node)
	case p.behind:
		p.behind = false
		k.tell(ctx, node, p, k.own(ctx))
	}
}
