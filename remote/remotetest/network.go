package remotetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/term"
)

// ErrCut is what both ends of a connection get that was cut.
var ErrCut = errors.New("remotetest: connection was cut")

func init() { term.MustRegisterError("remotetest.cut", ErrCut) }

// Network is a network of hosts, named by what they are dialled by. Make it with
// [New], within the bubble if there is one. All goroutines may share it.
type Network struct {
	mu        sync.Mutex
	rng       *rand.Rand           // guarded by mu
	min, max  time.Duration        // guarded by mu; delay of what is sent
	listeners map[string]*listener // guarded by mu
	lines     map[*line]struct{}   // guarded by mu; connections that are open
	group     map[string]int       // guarded by mu; of each host in a partition; nil: no partition
	changed   chan struct{}        // guarded by mu; closed when the partition changes
}

// New returns a network without delay, in which everybody reaches everybody. Its
// delays will follow from seed.
func New(seed uint64) *Network {
	return &Network{
		rng:       rand.New(rand.NewPCG(seed, seed)),
		listeners: make(map[string]*listener),
		lines:     make(map[*line]struct{}),
		changed:   make(chan struct{}),
	}
}

// Config returns the configuration of the node with a name, which listens and dials
// on this network.
func (n *Network) Config(name string) remote.Config {
	return remote.Config{Listen: name, Transport: n.Host(name), Resolver: n}
}

// Host returns the transport of the host with a name.
func (n *Network) Host(name string) remote.Transport { return host{n, name} }

var _ remote.Resolver = (*Network)(nil)

// Resolve implements [remote.Resolver]: a node's address is its name.
func (n *Network) Resolve(_ context.Context, node string) (string, error) { return node, nil }

// SetDelay makes everything that is written from now on arrive after min to max.
func (n *Network) SetDelay(min, max time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.min, n.max = min, max
}

// delay returns the delay of one write.
func (n *Network) delay() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.delayLocked()
}

// some returns all or, half of the time, less.
func (n *Network) some(all int) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return min(all, n.rng.IntN(2*all+1))
}

func (n *Network) delayLocked() time.Duration {
	if n.max <= n.min {
		return n.min
	}
	return n.min + time.Duration(n.rng.Int64N(int64(n.max-n.min)))
}

// Partition splits the network: between hosts of different groups nothing arrives
// any more, and nobody is told. Hosts in no group are a group together. What was on
// its way, and what is written meanwhile, arrives once [Network.Heal] is called, if
// the connection is still open then.
func (n *Network) Partition(groups ...[]string) {
	group := make(map[string]int)
	for i, hosts := range groups {
		for _, h := range hosts {
			group[h] = i + 1
		}
	}
	n.setGroups(group)
}

// Heal ends a partition.
func (n *Network) Heal() { n.setGroups(nil) }

func (n *Network) setGroups(group map[string]int) {
	n.mu.Lock()
	n.group = group
	close(n.changed)
	n.changed = make(chan struct{})
	lines := n.linesLocked(func(*line) bool { return true })
	n.mu.Unlock()
	for _, l := range lines {
		l.setBlocked(!n.reach(l.from, l.to))
	}
}

func (n *Network) linesLocked(which func(*line) bool) (lines []*line) {
	for l := range n.lines {
		if which(l) {
			lines = append(lines, l)
		}
	}
	return lines
}

// reach reports whether two hosts are in one part of the network.
func (n *Network) reach(a, b string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.group[a] == n.group[b]
}

// Cut breaks all connections between two hosts: both ends get [ErrCut]. It returns
// how many there were. New ones can be made at once.
func (n *Network) Cut(a, b string) int {
	return n.cut(func(l *line) bool { return l.from == a && l.to == b || l.from == b && l.to == a })
}

// CutAll breaks all connections of a host, as its crash does.
func (n *Network) CutAll(host string) int {
	return n.cut(func(l *line) bool { return l.from == host || l.to == host })
}

func (n *Network) cut(which func(*line) bool) int {
	n.mu.Lock()
	lines := n.linesLocked(which)
	n.mu.Unlock()
	for _, l := range lines {
		l.cut()
	}
	return len(lines)
}

// Connections returns how many connections are open.
func (n *Network) Connections() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.lines)
}

// line is a connection: two pipes.
type line struct {
	network  *Network
	from, to string
	there    *pipe // from -> to
	back     *pipe
	mu       sync.Mutex
	open     int // guarded by mu; ends that have not been closed
}

func (l *line) setBlocked(blocked bool) {
	l.there.setBlocked(blocked)
	l.back.setBlocked(blocked)
}

func (l *line) cut() {
	l.there.cut()
	l.back.cut()
}

// closed is called when one end has been closed.
func (l *line) closed() {
	l.mu.Lock()
	l.open--
	last := l.open == 0
	l.mu.Unlock()
	if last {
		l.network.mu.Lock()
		defer l.network.mu.Unlock()
		delete(l.network.lines, l)
	}
}

// host is the transport of one host.
type host struct {
	network *Network
	name    string
}

// Listen implements [remote.Transport].
func (h host) Listen(addr string) (net.Listener, error) {
	n := h.network
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[addr] != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, syscall.EADDRINUSE)
	}
	l := &listener{network: n, addr: addr, conns: make(chan net.Conn, backlog), done: make(chan struct{})}
	n.listeners[addr] = l
	return l, nil
}

// backlog is how many connections a listener keeps that nobody has accepted.
const backlog = 1024

// Dial implements [remote.Transport].
func (h host) Dial(ctx context.Context, addr string) (net.Conn, error) {
	if err := h.network.await(ctx, h.name, addr); err != nil {
		return nil, err
	}
	n := h.network
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.listeners[addr]
	if l == nil {
		return nil, fmt.Errorf("dial %s: %w", addr, syscall.ECONNREFUSED)
	}
	line := &line{network: n, from: h.name, to: addr, open: 2}
	line.there, line.back = newPipe(n), newPipe(n)
	select {
	case l.conns <- &conn{line, line.there, line.back, address(addr), address(h.name)}:
	default:
		return nil, fmt.Errorf("dial %s: %w", addr, syscall.ECONNREFUSED)
	}
	n.lines[line] = struct{}{}
	line.setBlocked(n.group[h.name] != n.group[addr])
	return &conn{line, line.back, line.there, address(h.name), address(addr)}, nil
}

// await waits until a reaches b, and for as long as that takes.
func (n *Network) await(ctx context.Context, a, b string) error {
	timer := time.NewTimer(n.delay())
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	for {
		n.mu.Lock()
		reached, changed := n.group[a] == n.group[b], n.changed
		n.mu.Unlock()
		if reached {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// address is a host's address.
type address string

// Network implements net.Addr.
func (address) Network() string { return "memory" }

// String implements net.Addr.
func (a address) String() string { return string(a) }

// listener takes connections of a host.
type listener struct {
	network *Network
	addr    string
	conns   chan net.Conn
	done    chan struct{}
	once    sync.Once
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case <-l.done:
		return nil, net.ErrClosed
	default:
	}
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.once.Do(func() {
		l.network.mu.Lock()
		delete(l.network.listeners, l.addr)
		l.network.mu.Unlock()
		close(l.done)
		for {
			select {
			case c := <-l.conns:
				_ = c.Close()
			default:
				return
			}
		}
	})
	return nil
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return address(l.addr) }
