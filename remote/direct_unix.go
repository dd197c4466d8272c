//go:build unix

package remote

import (
	"net"
	"syscall"
)

// tcpTryWriter returns c as a TryWriter if it is a TCP connection, else nil.
func tcpTryWriter(c net.Conn) TryWriter {
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

// TryWrite implements [TryWriter].
func (w *rawWriter) TryWrite(b []byte) (written int) {
	w.bytes, w.written = b, 0
	_ = w.raw.Write(w.writeOnce) // fails if the connection is closed: then nothing was written
	w.bytes = nil
	return w.written
}

// write makes one system call. It reports true whatever becomes of it, for else
// RawConn would wait.
func (w *rawWriter) write(fd uintptr) (done bool) {
	if n, err := syscall.Write(int(fd), w.bytes); err == nil {
		w.written = n
	}
	return true
}
