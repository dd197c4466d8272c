package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/internal/mirror"
	"github.com/starlang-go/starlang/remote/internal/guard"
	"github.com/starlang-go/starlang/remote/internal/journal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// Cluster is this node's membership of a cluster. Make it with [Start]; all goroutines
// may share it.
//
// Lock order, of this package and those that extend it; nobody locks against an arrow:
//
//	nodes of package entity --> members --> events, the journal
//	Session --> running of package entity
//	events, Session, running --> those of module runtime, and through it of remote
//
// A Session kills what it owned, and events ask who lives, with their locks held; so those
// of a runtime are the last. Of all others, mu and those of names, of entity's table, group's
// table and single's leaders among them, one is held by itself, and package topic has none.
// No lock is held while a directory, a resolver or another function of the program is called,
// but for what [Session.Own] was given, with the Session's, and Clock.Now, with that of leaders.
type Cluster struct {
	rt      *runtime.Runtime
	node    *remote.Node
	cfg     Config
	events  *events
	members *members
	names   *names
	log     *journal.Journal
	hung    guard.Hung // calls of Discover that do not return
	leaving guard.Hung // functions of OnLeave that do not return

	// session publishes the session whose member this node is, nil if there is none.
	session atomic.Pointer[Session]
	entered chan struct{} // closed when the node is a member, for the first time
	first   sync.Once     // closes entered
	refused chan error    // capacity 1: why it cannot become one

	mu       sync.Mutex
	self     Member               // guarded by mu; as it is to be described
	entry    directory.Entry      // guarded by mu; the node's own key
	leavers  map[*leaver]struct{} // guarded by mu
	attached map[any]*attachment  // guarded by mu

	ctx    context.Context // ends when the cluster is left
	cancel context.CancelFunc
	wg     sync.WaitGroup // all goroutines of the cluster
	left   atomic.Bool
	gone   chan struct{} // closed when the first Leave is done
}

// maxHungLeavers is how many functions of OnLeave are left to themselves.
const maxHungLeavers = 1000

// leaver is called when the cluster is left.
type leaver struct{ leave func(context.Context) }

// clusterKey is what a Cluster is attached to its runtime under.
type clusterKey struct{}

// Of returns the Cluster that rt was started in, nil if it was in none.
func Of(rt *runtime.Runtime) *Cluster {
	c, _ := dist.Attached(rt, clusterKey{}).(*Cluster)
	return c
}

// Start makes rt, which must have a name, a member of a cluster, and connects it with
// other nodes as remote.Start does. With a directory it returns when the node's name is
// claimed: after a restart that may take until the session of the start before has
// ended. It returns ErrNodeNameTaken if a living node has the name, or the cause of ctx
// if that ends first. End it with [Cluster.Leave].
func Start(ctx context.Context, rt *runtime.Runtime, cfg Config) (*Cluster, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	c := newCluster(rt, cfg)
	if _, taken := dist.Attach(rt, clusterKey{}, c); taken {
		return nil, ErrStarted
	}
	if err := c.start(); err != nil {
		return nil, err
	}
	if err := c.awaitEntry(ctx); err != nil {
		c.stop(context.WithoutCancel(ctx))
		return nil, err
	}
	inspect.SetCluster(rt, shown{c})
	return c, nil
}

func newCluster(rt *runtime.Runtime, cfg Config) *Cluster {
	c := &Cluster{
		rt: rt, cfg: cfg, log: journal.New(cfg.Logger),
		events:   newEvents(rt),
		entered:  make(chan struct{}),
		refused:  make(chan error, 1),
		gone:     make(chan struct{}),
		attached: make(map[any]*attachment),
		leavers:  make(map[*leaver]struct{}),
	}
	c.members = newMembers(c.Key("m", ""), c.log, c.events)
	c.names = newNames(c)
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// start starts all that runs until stop.
func (c *Cluster) start() (err error) {
	cfg := c.cfg.Remote
	cfg.Resolver = resolver{c.members, cfg.Resolver}
	if c.node, err = remote.Start(c.rt, cfg); err != nil {
		return err
	}
	c.self = c.describe()
	c.wg.Go(func() { c.events.run(c.ctx) })
	if _, err := c.rt.Spawn(c.watchConnections); err != nil {
		c.stop(context.Background())
		return fmt.Errorf("cluster: %w", err)
	}
	if c.cfg.Directory == nil {
		c.members.found(c.self)
		close(c.entered)
		c.wg.Go(c.discover)
		return nil
	}
	if err := c.names.start(); err != nil {
		c.stop(context.Background())
		return fmt.Errorf("cluster: %w", err)
	}
	c.wg.Go(func() {
		mirror.Run(c.ctx, c.cfg.Directory, c.members.prefix, c.cfg.TTL/10, c.applyMembers)
	})
	k := &keeper{
		dir: c.cfg.Directory, clock: c.cfg.Clock, ttl: c.cfg.TTL, log: c.log,
		enter: c.enter, changed: c.sessionChanged,
	}
	c.wg.Go(func() { k.run(c.ctx) })
	return nil
}

// describe returns the node as others are to see it.
func (c *Cluster) describe() Member {
	m := Member{
		Node: c.rt.Node().Name(), Creation: c.rt.Node().ID().Creation(), Address: c.cfg.Address,
		Version: c.cfg.Version, Roles: c.cfg.Roles,
	}
	if m.Address == "" {
		m.Address = addressOf(c.node.Addr())
	}
	return m
}

// addressOf returns where a listener is reached by others, "" if it does not say.
func addressOf(a net.Addr) string {
	if a == nil {
		return ""
	}
	if tcp, ok := a.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return ""
	}
	return a.String()
}

func (c *Cluster) awaitEntry(ctx context.Context) error {
	select {
	case <-c.entered:
		return nil
	case err := <-c.refused:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// enter claims the node's name for a new session. It waits for the one before to end.
func (c *Cluster) enter(ctx context.Context, s *Session) error {
	begun, _ := c.cfg.Clock.Now()
	for {
		e, ours, err := c.claimSelf(ctx, s, 0)
		switch {
		case ours:
			c.becomeMember(s, e)
			return nil
		case errors.Is(err, directory.ErrSessionLost):
			return err
		case err == nil && c.outlasts(begun):
			c.refuse(e)
			return ErrNodeNameTaken
		}
		s.pause(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// outlasts reports whether whoever has held the node's name since begun must be alive:
// the session of a node that has ended would be over. A new leader of etcd lets the
// time of all sessions begin anew, and what is over is seen half a second later.
func (c *Cluster) outlasts(begun time.Duration) bool {
	now, _ := c.cfg.Clock.Now()
	return now-begun > 2*c.cfg.TTL+3*time.Second
}

// claimSelf claims the node's own key with its present description.
func (c *Cluster) claimSelf(ctx context.Context, s *Session, replace directory.Fence) (directory.Entry, bool, error) {
	c.mu.Lock()
	claim := directory.Claim{Key: c.members.prefix + c.self.Node, Value: c.self.encode(), Replace: replace}
	c.mu.Unlock()
	held, err := s.Claim(ctx, claim)
	if err != nil {
		return directory.Entry{}, false, err
	}
	return held[0], s.Holds(held[0], claim), nil
}

func (c *Cluster) becomeMember(s *Session, e directory.Entry) {
	c.mu.Lock()
	c.entry = e
	c.mu.Unlock()
	c.session.Store(s)
	c.noteEntry()
	c.events.tell(SessionChanged{Good})
}

// noteEntry lets Start return once this node sees itself among the members. It is called
// after each of the two changes that make it so, whichever comes last.
func (c *Cluster) noteEntry() {
	s := c.session.Load()
	if s == nil {
		return
	}
	if m, ok := c.members.get(c.rt.Node().Name()); ok && m.Session == s.ID() {
		c.first.Do(func() { close(c.entered) })
	}
}

func (c *Cluster) refuse(e directory.Entry) {
	c.log.Error("cluster: another node has this node's name", slog.String("key", e.Key), slog.Any("session", e.Owner))
	select {
	case c.refused <- ErrNodeNameTaken:
	default:
	}
}

func (c *Cluster) sessionChanged(s *Session, state State) {
	if c.session.Load() != s {
		return
	}
	if state == Lost {
		c.session.CompareAndSwap(s, nil)
		c.log.Warn("cluster: session lost", slog.Any("session", s.ID()), slog.Any("cause", s.Cause()))
	}
	c.events.tell(SessionChanged{state})
}

// applyMembers takes changes of the members, and looks whether this node is still one.
func (c *Cluster) applyMembers(changes []directory.Event) {
	c.members.apply(changes)
	c.noteEntry()
	s := c.session.Load()
	if s == nil {
		return
	}
	c.mu.Lock()
	own := c.entry
	c.mu.Unlock()
	for _, e := range changes {
		if e.Entry.Key == own.Key && e.Entry.Owner != s.ID() {
			s.Doubt(own)
		}
	}
}

// Leave leaves the cluster: others are told first, then what this node holds is handed
// over, see [Cluster.OnLeave], then its session and its connections are closed. ctx
// bounds the first two; what is not handed over by then is free all the same. A second
// Leave waits for the first, or for the end of its ctx.
func (c *Cluster) Leave(ctx context.Context) error {
	if c.left.Swap(true) {
		select {
		case <-c.gone:
		case <-ctx.Done():
		}
		return context.Cause(ctx)
	}
	defer close(c.gone)
	_ = c.Drain(ctx)
	c.stop(context.WithoutCancel(ctx))
	return context.Cause(ctx)
}

// Drain is the first part of [Cluster.Leave]: others are told that the node leaves, and what
// it holds is handed over. It stays a member that takes nothing new, and answers, until it
// leaves; there is no way back. ctx bounds the wait alone: what is not handed over by then
// will be.
func (c *Cluster) Drain(ctx context.Context) error {
	c.announceLeaving(ctx)
	c.handOver(ctx)
	return context.Cause(ctx)
}

// announceLeaving tells the others, once. If the session is lost there is nothing to tell of.
func (c *Cluster) announceLeaving(ctx context.Context) {
	s := c.session.Load()
	c.mu.Lock()
	c.self.Leaving = true
	fence, told := c.entry.Fence, bytes.Equal(c.entry.Value, c.self.encode())
	c.mu.Unlock()
	if s == nil || told {
		return
	}
	if e, ours, err := c.claimSelf(ctx, s, fence); err == nil && ours {
		c.mu.Lock()
		c.entry = e
		c.mu.Unlock()
	}
}

// stop ends everything that start has started.
func (c *Cluster) stop(ctx context.Context) {
	c.cancel()
	c.wg.Wait()
	_ = c.node.Close(ctx)
	c.log.Flush(closeLog)
}

// closeLog is how long the end waits for a log handler.
const closeLog = time.Second

// handOver has all that was registered with OnLeave give up what it holds.
func (c *Cluster) handOver(ctx context.Context) {
	c.mu.Lock()
	leavers := slices.Collect(maps.Keys(c.leavers))
	c.mu.Unlock()
	var wg sync.WaitGroup
	for _, l := range leavers {
		wg.Go(func() {
			_, err := guard.Run(ctx, &c.leaving, maxHungLeavers, func() (struct{}, error) { l.leave(ctx); return struct{}{}, nil }, nil)
			if err != nil {
				c.log.Warn("cluster: hand over when leaving", slog.Any("error", err))
			}
		})
	}
	wg.Wait()
}

// OnLeave has f called when the cluster is left, while the session is still open: to
// hand over what the node holds. All such functions run at the same time, and are to
// return when their ctx ends. It returns what takes that back.
func (c *Cluster) OnLeave(f func(ctx context.Context)) (remove func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := &leaver{f}
	c.leavers[l] = struct{}{}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.leavers, l)
	}
}

// Runtime returns the runtime that is a member.
func (c *Cluster) Runtime() *runtime.Runtime { return c.rt }

// Node returns the node's connections.
func (c *Cluster) Node() *remote.Node { return c.node }

// Directory returns the directory, or ErrNoDirectory.
func (c *Cluster) Directory() (directory.Directory, error) {
	if c.cfg.Directory == nil {
		return nil, ErrNoDirectory
	}
	return c.cfg.Directory, nil
}

// Session returns the session that this node has now. It returns ErrNoDirectory,
// ErrNoSession, or ErrClosed.
func (c *Cluster) Session() (*Session, error) {
	switch s := c.session.Load(); {
	case s != nil:
		return s, nil
	case c.cfg.Directory == nil:
		return nil, ErrNoDirectory
	case c.ctx.Err() != nil:
		return nil, ErrClosed
	}
	return nil, ErrNoSession
}

// IsLeaving reports whether this node leaves the cluster, or has left it: it takes nothing
// new.
func (c *Cluster) IsLeaving() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.self.Leaving
}

// Done returns a channel that is closed when the cluster is left.
func (c *Cluster) Done() <-chan struct{} { return c.ctx.Done() }

// TTL returns the life of a session that is not renewed.
func (c *Cluster) TTL() time.Duration { return c.cfg.TTL }

// Key returns a key of this cluster's part of the directory.
func (c *Cluster) Key(kind, name string) string { return "/c/" + c.cfg.Name + "/" + kind + "/" + name }

// Members returns the members, this node included, by name.
func (c *Cluster) Members() []Member { return c.members.all() }

// Member returns the member with a name.
func (c *Cluster) Member(node string) (Member, bool) { return c.members.get(node) }

// IsReachable reports whether a node is not known to be out of reach. One that was never
// tried is reachable.
func (c *Cluster) IsReachable(node string) bool { return c.members.reachable(node) }

// Monitor makes the process receive [Joined], [Leaving], [Left], [Unreachable],
// [Reachable] and [SessionChanged] from now on, and returns the members that there are
// now. The process's end is enough to end it, or [Cluster.Demonitor].
func (c *Cluster) Monitor(ctx *runtime.Context) []Member {
	c.members.mu.Lock()
	defer c.members.mu.Unlock()
	c.events.add(ctx.PID())
	return c.members.allLocked()
}

// Demonitor ends what [Cluster.Monitor] began. What is in the mailbox stays.
func (c *Cluster) Demonitor(ctx *runtime.Context) { c.events.remove(ctx.PID()) }
