package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// maxCached bounds how many names of other nodes' processes are remembered.
const maxCached = 10_000

// Name returns a name that one process of the cluster has at a time, wherever a name can
// stand:
//
//	genserver.StartLink(ctx, &Till{}, genserver.Options{Via: c.Name("till")})
//	n, err := cluster.Call(ctx, c.Name("till"), Add{By: 1})
//
// It is freed when the process ends, and at the latest when the session of its node does;
// then the process is killed first. Registering it returns an error that is
// runtime.ErrNameTaken, ErrNoDirectory, ErrNoSession or ErrLate.
func (c *Cluster) Name(name string) runtime.Via { return runtime.Via{Service: c.names, Name: name} }

// Call calls the server that has a name. A name that was looked up before is not looked
// up again: if the server turns out to have ended, which proves that it has not handled
// the request, Call looks once more. Otherwise it is genserver.Call.
func Call[R any, Q genserver.Request[R]](ctx context.Context, name runtime.Via, q Q) (R, error) {
	return CallAs[R](ctx, name, q)
}

// CallAs is [Call] of a request of any type, whose reply must be a T.
func CallAs[T any](ctx context.Context, name runtime.Via, req any) (T, error) {
	for again := false; ; again = true {
		p, err := name.Service.Whereis(ctx, name.Name)
		if err != nil {
			var none T
			return none, err
		}
		v, err := genserver.CallAs[T](ctx, p, req)
		if again || !errors.Is(err, registry.ErrNoProc) || ctx.Err() != nil {
			return v, err
		}
		if n, ok := name.Service.(*names); ok {
			n.forget(name.Name, p)
		}
	}
}

// names is the name service of a cluster. Names of processes are remembered as long as a
// monitor says that the process is there; there is no watch for each name.
type names struct {
	c      *Cluster
	server pid.PID // monitors who is registered here and who is remembered

	mu      sync.RWMutex
	cache   map[string]pid.PID // guarded by mu
	mine    map[string]mine    // guarded by mu; of processes of this node
	lookups map[string]*lookup // guarded by mu; under way
}

var _ runtime.NameService = (*names)(nil)

// mine is who of this node has a name.
type mine struct {
	p     pid.PID
	fence directory.Fence
}

// lookup is a question to the directory that many may wait for.
type lookup struct {
	done chan struct{}
	p    pid.PID // set before done is closed
	err  error   // set before done is closed
}

func newNames(c *Cluster) *names {
	return &names{c: c, cache: make(map[string]pid.PID), mine: make(map[string]mine), lookups: make(map[string]*lookup)}
}

func (n *names) start() error {
	k := nameKeeper{names: n, held: make(map[pid.Ref]held), cached: make(map[pid.Ref]cached)}
	var err error
	n.server, err = n.c.rt.SpawnOpt(runtime.SpawnOptions{Label: "cluster names"}, k.run)
	return err
}

// errEmptyName tells that a name is empty.
var errEmptyName = errors.New("cluster: name is empty")

// Register implements [runtime.NameService].
func (n *names) Register(ctx context.Context, name string, p pid.PID) error {
	s, err := n.c.Session()
	switch {
	case err != nil:
		return err
	case name == "":
		return errEmptyName
	}
	e, err := n.claim(ctx, s, directory.Claim{Key: n.c.Key("n", name), Value: []byte(p.String())})
	if err != nil {
		return err
	}
	end, ok := s.Hold(n.c.rt, p, e.Fence)
	if !ok {
		return directory.ErrSessionLost
	}
	m := mine{p, e.Fence}
	n.note(name, m)
	ended := func() {
		end()
		n.unnote(name, m)
	}
	if err := n.c.rt.Send(context.WithoutCancel(ctx), n.server, &held{p: p, s: s, entry: e, end: ended}); err != nil {
		ended()
		return errors.Join(err, s.Release(ctx, e))
	}
	return nil
}

// note notes that a process of this node has a name, to show it.
func (n *names) note(name string, m mine) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mine[name] = m
}

func (n *names) unnote(name string, m mine) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mine[name] == m {
		delete(n.mine, name)
	}
}

// claim claims the name. If the session holds it for a process that has ended, as when a
// supervisor restarts one, the claim takes its place with a new fence.
func (n *names) claim(ctx context.Context, s *Session, claim directory.Claim) (directory.Entry, error) {
	for {
		got, err := s.Claim(ctx, claim)
		if err != nil {
			return directory.Entry{}, err
		}
		e := got[0]
		if s.Holds(e, claim) {
			return e, nil
		}
		if e.Owner == "" && claim.Replace != 0 { // it was freed meanwhile
			claim.Replace = 0
			continue
		}
		owner, err := pid.ParsePID(string(e.Value))
		if e.Owner != s.ID() || err != nil || n.c.rt.IsAlive(owner) {
			return directory.Entry{}, fmt.Errorf("cluster: name %s of %v: %w", e.Key, owner, runtime.ErrNameTaken)
		}
		claim.Replace = e.Fence
	}
}

// Unregister implements [runtime.NameService].
func (n *names) Unregister(ctx context.Context, name string, p pid.PID) error {
	if _, err := n.c.Session(); err != nil {
		return err
	}
	ok, err := runtime.Call[bool](runtime.NewContext(ctx, n.c.rt), n.server, unregister{n.c.Key("n", name), p})
	switch {
	case err != nil:
		return fmt.Errorf("cluster: %w", err)
	case !ok:
		return runtime.ErrNameNotFound
	}
	return nil
}

// Whereis implements [runtime.NameService].
func (n *names) Whereis(ctx context.Context, name string) (pid.PID, error) {
	n.mu.RLock()
	p, ok := n.cache[name]
	n.mu.RUnlock()
	if ok {
		return p, nil
	}
	return n.lookUp(ctx, name)
}

// lookUp asks the directory, once for all who ask at the same time.
func (n *names) lookUp(ctx context.Context, name string) (pid.PID, error) {
	n.mu.Lock()
	l, underWay := n.lookups[name]
	if !underWay {
		l = &lookup{done: make(chan struct{})}
		n.lookups[name] = l
		go n.ask(name, l) // bounded by TTL; nobody has to wait for it
	}
	n.mu.Unlock()
	select {
	case <-l.done:
		return l.p, l.err
	case <-ctx.Done():
		return pid.PID{}, context.Cause(ctx)
	}
}

func (n *names) ask(name string, l *lookup) {
	ctx, cancel := context.WithTimeout(n.c.ctx, n.c.cfg.TTL)
	defer cancel()
	l.p, l.err = n.get(ctx, name)
	n.mu.Lock()
	delete(n.lookups, name)
	n.mu.Unlock()
	close(l.done)
}

// get reads who has the name and remembers it.
func (n *names) get(ctx context.Context, name string) (pid.PID, error) {
	d, err := n.c.Directory()
	if err != nil {
		return pid.PID{}, err
	}
	e, err := d.Get(ctx, n.c.Key("n", name))
	switch {
	case errors.Is(err, directory.ErrNotFound):
		return pid.PID{}, runtime.ErrNameNotFound
	case err != nil:
		return pid.PID{}, fmt.Errorf("cluster: look up %s: %w", name, err)
	}
	p, err := pid.ParsePID(string(e.Value))
	if err != nil {
		return pid.PID{}, fmt.Errorf("cluster: look up %s: %w", name, err)
	}
	n.remember(name, p)
	return p, nil
}

// remember keeps the name until a monitor says that the process has ended or cannot be
// reached. The keeper sets the monitor, and forgets the name at once if that is so already.
func (n *names) remember(name string, p pid.PID) {
	n.mu.Lock()
	if len(n.cache) >= maxCached {
		n.mu.Unlock()
		return
	}
	n.cache[name] = p
	n.mu.Unlock()
	if n.c.rt.Send(n.c.ctx, n.server, cached{name, p}) != nil {
		n.forget(name, p)
	}
}

// forget forgets who had the name, unless somebody else is remembered by now.
func (n *names) forget(name string, p pid.PID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cache[name] == p {
		delete(n.cache, name)
	}
}

// Send implements [runtime.NameService].
func (n *names) Send(ctx context.Context, name string, v any) error {
	p, err := n.Whereis(ctx, name)
	if err != nil {
		return err
	}
	return runtime.Send(ctx, p, v)
}

// held is a name of a process of this node.
type held struct {
	p     pid.PID
	s     *Session
	entry directory.Entry
	end   func()
}

// ImmutableTerm says that a held may be shared: nobody changes it.
func (*held) ImmutableTerm() {}

// cached is a name that is remembered.
type cached struct {
	Name string
	PID  pid.PID
}

// unregister asks to free a name.
type unregister struct {
	Key string
	PID pid.PID
}

// nameKeeper is the process that notices when those end who have names.
type nameKeeper struct {
	names  *names
	held   map[pid.Ref]held   // by the monitor of the process
	cached map[pid.Ref]cached // by the monitor of the process
}

func (k *nameKeeper) run(ctx *runtime.Context) error {
	stop := context.AfterFunc(k.names.c.ctx, func() { _ = k.names.c.rt.Exit(ctx.PID(), signal.Shutdown) })
	defer stop()
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		switch v := m.Value().(type) {
		case *held:
			k.held[ctx.Monitor(v.p)] = *v
		case cached:
			k.cached[ctx.Monitor(v.PID)] = v
		case unregister:
			from, _ := m.From()
			_ = ctx.Reply(from, k.unregister(ctx, v))
		case signal.Down:
			k.down(ctx, v.Ref)
		}
	}
}

func (k *nameKeeper) down(ctx *runtime.Context, ref pid.Ref) {
	if c, ok := k.cached[ref]; ok {
		delete(k.cached, ref)
		k.names.forget(c.Name, c.PID)
		return
	}
	k.release(ctx, ref)
}

func (k *nameKeeper) unregister(ctx *runtime.Context, u unregister) bool {
	for ref, h := range k.held {
		if h.p == u.PID && h.entry.Key == u.Key {
			ctx.Demonitor(ref)
			k.release(ctx, ref)
			return true
		}
	}
	return false
}

// release frees a name, as long as its session lives.
func (k *nameKeeper) release(ctx *runtime.Context, ref pid.Ref) {
	h, ok := k.held[ref]
	if !ok {
		return
	}
	delete(k.held, ref)
	h.end()
	_ = h.s.Release(ctx, h.entry) // it fails only if the session, and so the name, is gone
}
