//go:build unix

package conn

import (
	"net"
	"syscall"

	"github.com/starlang-go/starlang/remote/internal/direct"
)

// tcpWriter returns c as a direct.Writer if it is a TCP connection, else nil.
func tcpWriter(c net.Conn) direct.Writer {
	t, ok := c.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := t.SyscallConn()
	if err != nil {
		return nil
	}
	w := &rawWriter{raw: raw}
	w.writeOnce = w.write
	return w
}

// rawWriter writes to a socket that does not block.
type rawWriter struct {
	raw       syscall.RawConn
	writeOnce func(fd uintptr) (done bool) // the method write, made a function once

	bytes   []byte // to be written
	written int
}

// TryWrite implements direct.Writer.
func (w *rawWriter) TryWrite(b []byte) (written direct.Written) {
	w.bytes, w.written = b, 0
	_ = w.raw.Write(w.writeOnce) // fails if the connection is closed: then nothing was written
	w.bytes = nil
	return direct.Written(w.written)
}

// write makes one system call. It reports true whatever becomes of it, for else
// RawConn would wait.
func (w *rawWriter) write(fd uintptr) (done bool) {
	if n, err := syscall.Write(int(fd), w.bytes); err == nil {
		w.written = n
	}
	return true
}
