package faults_test

import (
	"context"
	"io"
	"net"
	"sync"

	"github.com/starlang-go/starlang/remote"
)

// wire is TCP that can be cut: what is sent then arrives afterwards, if the connection is
// still wanted.
type wire struct {
	mu   sync.Mutex
	open chan struct{} // guarded by mu; closed unless the wire is cut
}

var _ remote.Transport = (*wire)(nil)

func newWire() *wire {
	w := &wire{open: make(chan struct{})}
	close(w.open)
	return w
}

// set cuts the wire, or mends it.
func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.open:
		if cut {
			w.open = make(chan struct{})
		}
	default:
		if !cut {
			close(w.open)
		}
	}
}

// pass waits until the wire is whole. It reports false if end was closed first.
func (w *wire) pass(end <-chan struct{}) bool {
	w.mu.Lock()
	open := w.open
	w.mu.Unlock()
	select {
	case <-open:
		return true
	case <-end:
		return false
	}
}

// Dial implements [remote.Transport].
func (w *wire) Dial(ctx context.Context, addr string) (net.Conn, error) {
	if !w.pass(ctx.Done()) {
		return nil, context.Cause(ctx)
	}
	c, err := remote.TCP{}.Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	return w.through(c), nil
}

// Listen implements [remote.Transport].
func (w *wire) Listen(addr string) (net.Listener, error) {
	l, err := remote.TCP{}.Listen(addr)
	if err != nil {
		return nil, err
	}
	return wireListener{l, w}, nil
}

type wireListener struct {
	net.Listener
	w *wire
}

func (l wireListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.w.through(c), nil
}

// wireConn is the near end of a connection.
type wireConn struct {
	net.Conn // of a pipe, which knows deadlines
	far      net.Conn
	end      func()
}

// through returns c behind the wire.
func (w *wire) through(c net.Conn) net.Conn {
	near, inner := net.Pipe()
	over := make(chan struct{})
	end := sync.OnceFunc(func() {
		close(over)
		near.Close()
		inner.Close()
		c.Close()
	})
	go w.copy(c, inner, over, end) // both end when either end of the connection closes
	go w.copy(inner, c, over, end)
	return wireConn{near, c, end}
}

func (w *wire) copy(to io.Writer, from io.Reader, over <-chan struct{}, end func()) {
	defer end()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if n > 0 {
			if !w.pass(over) {
				return
			}
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (c wireConn) Close() error {
	c.end()
	return nil
}

func (c wireConn) LocalAddr() net.Addr  { return c.far.LocalAddr() }
func (c wireConn) RemoteAddr() net.Addr { return c.far.RemoteAddr() }
