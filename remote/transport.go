package remote

import (
	"context"
	"net"
)

// Transport makes connections that carry bytes reliably and in order. [TCP] is the
// usual one; tests use one in memory, see package remotetest. Close of a connection must
// end its Read and Write.
type Transport interface {
	// Listen takes connections at addr.
	Listen(addr string) (net.Listener, error)
	// Dial makes a connection to addr, until ctx ends.
	Dial(ctx context.Context, addr string) (net.Conn, error)
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

// closeLate closes a connection that nobody waits for any more.
func closeLate(c net.Conn) { _ = c.Close() }
