package etcdtest

import (
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/starlang-go/starlang/remote/cluster/directory/directorytest"
)

// Proxy is a way to a server that can be cut. All goroutines may share it.
type Proxy struct {
	listener net.Listener
	target   string

	mu       sync.Mutex
	requests gate // guarded by mu; what goes to the server
	answers  gate // guarded by mu; what comes from it
	conns    map[net.Conn]struct{}
	closed   bool
	wg       sync.WaitGroup
}

var _ directorytest.Line = (*Proxy)(nil)

// gate lets bytes through while its channel is closed.
type gate chan struct{}

func (g *gate) shut() {
	if g.open() {
		*g = make(gate)
	}
}

func (g *gate) lift() {
	if !g.open() {
		close(*g)
	}
}

func (g *gate) open() bool {
	select {
	case <-*g:
		return true
	default:
		return false
	}
}

// NewProxy returns a proxy to the server at a URL. It ends with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: l, target: u.Host, requests: make(gate), answers: make(gate), conns: make(map[net.Conn]struct{})}
	close(p.requests)
	close(p.answers)
	p.wg.Go(p.accept) // ended by close, which waits for it
	t.Cleanup(p.close)
	return p
}

// URL returns where to reach the server through the proxy.
func (p *Proxy) URL() string { return "http://" + p.listener.Addr().String() }

// Cut holds up everything. It arrives after Heal.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests.shut()
	p.answers.shut()
}

// Mute holds up what comes from the server.
func (p *Proxy) Mute() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers.shut()
}

// Heal lets everything through.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests.lift()
	p.answers.lift()
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	for c := range p.conns {
		c.Close()
	}
	p.requests.lift()
	p.answers.lift()
	p.mu.Unlock()
	p.listener.Close()
	p.wg.Wait()
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		s, err := net.Dial("tcp", p.target)
		if err != nil {
			c.Close()
			continue
		}
		p.serve(c, s)
	}
}

// serve copies both ways until one end closes.
func (p *Proxy) serve(client, server net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		client.Close()
		server.Close()
		return
	}
	p.conns[client], p.conns[server] = struct{}{}, struct{}{}
	p.wg.Go(func() { p.copy(server, client, &p.requests) })
	p.wg.Go(func() { p.copy(client, server, &p.answers) })
}

func (p *Proxy) copy(to, from net.Conn, g *gate) {
	defer p.drop(to)
	defer p.drop(from)
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		p.mu.Lock()
		open := *g
		p.mu.Unlock()
		<-open
		if _, failed := to.Write(b[:n]); failed != nil || err != nil {
			return
		}
	}
}

func (p *Proxy) drop(c net.Conn) {
	c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}
