package remote_test

import (
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// proxy stands between two programs and does to their connections what networks do.
type proxy struct {
	listener net.Listener
	target   string
	wg       sync.WaitGroup

	mu      sync.Mutex
	conns   map[net.Conn]struct{} // guarded by mu
	trickle bool                  // guarded by mu; small pieces, with pauses
	deaf    chan struct{}         // guarded by mu; not nil: nothing is passed on until it is closed
}

func newProxy(t testing.TB, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{listener: l, target: target, conns: make(map[net.Conn]struct{})}
	p.wg.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

func (p *proxy) close() {
	_ = p.listener.Close()
	p.setDeaf(false)
	p.cut()
	p.wg.Wait()
}

// cut breaks all connections and returns how many ends there were.
func (p *proxy) cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.(*net.TCPConn).SetLinger(0)
		_ = c.Close()
	}
	return len(p.conns)
}

func (p *proxy) setTrickle(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trickle = on
}

// setDeaf makes connections half-open: they stand, and nothing gets through.
func (p *proxy) setDeaf(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case on && p.deaf == nil:
		p.deaf = make(chan struct{})
	case !on && p.deaf != nil:
		close(p.deaf)
		p.deaf = nil
	}
}

func (p *proxy) accept() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		p.conns[in], p.conns[out] = struct{}{}, struct{}{}
		p.mu.Unlock()
		p.wg.Go(func() { p.carry(in, out) })
		p.wg.Go(func() { p.carry(out, in) })
	}
}

// carry passes on what comes from one end, until either is closed.
func (p *proxy) carry(from, to net.Conn) {
	defer func() {
		_, _ = from.Close(), to.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, from)
	}()
	buf := make([]byte, 64<<10)
	for {
		p.mu.Lock()
		trickle := p.trickle
		p.mu.Unlock()
		part := buf
		if trickle {
			part = buf[:1+rand.N(100)]
			<-time.After(rand.N(time.Millisecond))
		}
		n, err := from.Read(part)
		p.awaitHearing()
		if _, werr := to.Write(part[:n]); err != nil || werr != nil {
			return
		}
	}
}

// awaitHearing waits while connections are half-open.
func (p *proxy) awaitHearing() {
	p.mu.Lock()
	deaf := p.deaf
	p.mu.Unlock()
	if deaf != nil {
		<-deaf
	}
}
