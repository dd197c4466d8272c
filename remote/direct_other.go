//go:build !unix

package remote

import "net"

// tcpTryWriter would return c as a TryWriter.
func tcpTryWriter(net.Conn) TryWriter { return nil }
