package remote

import (
	"context"
	"net"
)

// Transport makes connections that carry bytes reliably and in order. [TCP] is the
// usual one; tests use one in memory, see package remotetest.
type Transport interface {
	// Listen takes connections at addr.
	Listen(addr string) (net.Listener, error)
	// Dial makes a connection to addr, until ctx ends.
	Dial(ctx context.Context, addr string) (net.Conn, error)
}

// TryWriter may be implemented by the connections of a [Transport]. Then a message that
// finds its connection idle is written by its sender, which saves waking the goroutine
// that writes else. On Unix systems TCP connections need not implement it.
type TryWriter interface {
	// TryWrite writes as much of b as it can without waiting, nothing if it fails, and
	// returns how much that was. A Write of the rest follows, which reports the error.
	// It is never called twice at a time, nor together with Write.
	TryWrite(b []byte) (written int)
}

// TCP is the [Transport] over TCP.
type TCP struct{}

var _ Transport = TCP{}

// Listen implements [Transport].
func (TCP) Listen(addr string) (net.Listener, error) {
	return new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
}

// Dial implements [Transport].
func (TCP) Dial(ctx context.Context, addr string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", addr)
}
