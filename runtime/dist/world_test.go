package dist_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/dist"
)

// world is two nodes and a wire between them that carries nothing by itself: whoever tests
// says which frame arrives when, and where the wire breaks.
type world struct {
	require.TestingT
	nodes [2]*node
}

// node is one of them, and what it has sent that has not arrived.
type node struct {
	rt    *runtime.Runtime
	port  *dist.Port
	other *node

	mu     sync.Mutex
	peer   *dist.Peer    // nil: not connected
	frames []dist.Signal // guarded by mu; on their way to other
	down   bool          // guarded by mu; the connection takes nothing any more
	dials  int           // guarded by mu; attempts that are to end
}

func newWorld(t require.TestingT, cleanup func(func())) *world {
	w := &world{TestingT: t}
	for i, name := range []string{"a@test", "b@test"} {
		w.nodes[i] = w.start(name, cleanup)
	}
	w.nodes[0].other, w.nodes[1].other = w.nodes[1], w.nodes[0]
	return w
}

func (w *world) start(name string, cleanup func(func())) *node {
	rt := runtime.MustNew(runtime.Config{Name: name, Logger: slog.New(slog.DiscardHandler)})
	n := &node{rt: rt, down: true}
	var err error
	n.port, err = dist.Open(rt, n, dist.Config{})
	require.NoError(w, err)
	cleanup(func() {
		for p := range rt.PIDs() {
			_ = rt.Exit(p, signal.Kill)
		}
		_ = rt.Shutdown(context.Background())
	})
	return n
}

var errNoWire = errors.New("there is no wire")

// Dial implements dist.Dialler.
func (n *node) Dial(string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dials++
	return nil
}

// failDials ends the attempts to connect without success.
func (n *node) failDials() {
	n.mu.Lock()
	dials := n.dials
	n.dials = 0
	n.mu.Unlock()
	if dials > 0 {
		n.port.Failed(n.other.rt.Node().Name(), errNoWire)
	}
}

// Send implements dist.Carrier.
func (n *node) Send(ctx context.Context, to pid.Address, env signal.Envelope) error {
	return n.Signal(ctx, dist.Signal{Envelope: env, To: to})
}

// Signal implements dist.Carrier.
func (n *node) Signal(ctx context.Context, s dist.Signal) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down {
		return dist.ErrLost
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	n.frames = append(n.frames, s)
	return nil
}

// Close implements dist.Carrier.
func (n *node) Close(error) {}

// connect makes a new connection.
func (w *world) connect() {
	for _, n := range w.nodes {
		n.mu.Lock()
		n.down, n.frames, n.dials = false, nil, 0
		n.mu.Unlock()
	}
	for _, n := range w.nodes {
		n.peer = n.port.Up(n.other.rt.Node().ID(), n, dist.Features{})
	}
	synctest.Wait() // what has waited for the connection is on its way
}

func (w *world) connected() bool { return w.nodes[0].peer != nil && w.nodes[1].peer != nil }

// cut breaks the wire: what is on its way to n is lost but for the first frames, and then n
// notices.
func (n *node) lose(t require.TestingT, keep int) {
	n.mu.Lock()
	n.down = true
	n.mu.Unlock()
	for range keep {
		if !n.receive(t) {
			break
		}
	}
	n.peer.Down(nil)
	n.peer = nil
}

// receive lets the next frame arrive at n, and reports whether there was one.
func (n *node) receive(t require.TestingT) bool {
	n.other.mu.Lock()
	if len(n.other.frames) == 0 {
		n.other.mu.Unlock()
		return false
	}
	s := n.other.frames[0]
	n.other.frames = n.other.frames[1:]
	n.other.mu.Unlock()
	if s.To.PID.IsZero() {
		s.To.Name.Node = ""
	}
	if encoded, is := s.Value.(dist.Encoded); is {
		s.Value = decode(t, encoded)
	}
	require.NoError(t, n.peer.In(s))
	return true
}

// settle lets all frames arrive.
func (w *world) settle() {
	for w.nodes[0].receive(w) || w.nodes[1].receive(w) {
	}
}

// puppet is a process that does what it is told. It traps exits.
type puppet struct {
	pid  pid.PID
	rt   *runtime.Runtime
	acts chan func(ctx *runtime.Context)
	done chan any // what an act has panicked with
}

func spawn(t require.TestingT, n *node, box runtime.MailboxOptions) *puppet {
	p := &puppet{rt: n.rt, acts: make(chan func(*runtime.Context)), done: make(chan any)}
	var err error
	p.pid, err = n.rt.SpawnOpt(runtime.SpawnOptions{TrapExit: true, Mailbox: box}, func(ctx *runtime.Context) error {
		for {
			select {
			case act := <-p.acts:
				p.done <- try(act, ctx)
			case <-ctx.Done():
				return nil
			}
		}
	})
	require.NoError(t, err)
	return p
}

// does makes p act, if it still lives.
func (p *puppet) does(act func(ctx *runtime.Context)) {
	if !p.rt.IsAlive(p.pid) {
		return
	}
	p.acts <- act
	if failed := <-p.done; failed != nil {
		panic(failed)
	}
}

// try returns what act panics with: so a check that fails in a process fails the test.
func try(act func(*runtime.Context), ctx *runtime.Context) (failed any) {
	defer func() { failed = recover() }()
	act(ctx)
	return nil
}

func (p *puppet) links() []pid.PID {
	info, _ := p.rt.Info(p.pid)
	return info.Links
}
