//go:build !unix

package conn

import (
	"net"

	"github.com/starlang-go/starlang/remote/internal/direct"
)

// tcpWriter would return c as a direct.Writer.
func tcpWriter(net.Conn) direct.Writer { return nil }
