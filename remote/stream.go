package remote

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// stream is a connection of a [Transport]. What panics in it fails.
type stream struct {
	net.Conn
	// resumes is set once the connection is up. From then on a write deadline ends no
	// write, but makes it tell how far it has come: see conn.stalledLocked.
	resumes atomic.Bool
	taken   atomic.Int64 // bytes that Conn has taken so far; for the heartbeat
}

// Read implements net.Conn.
func (s *stream) Read(b []byte) (n int, err error) {
	defer failed(&err)
	return s.Conn.Read(b)
}

// Write implements net.Conn.
func (s *stream) Write(b []byte) (written int, err error) {
	defer failed(&err)
	for {
		n, err := s.Conn.Write(b[written:])
		written += n
		s.taken.Add(int64(n))
		if !s.resumes.Load() || !errors.Is(err, os.ErrDeadlineExceeded) {
			return written, err
		}
		if err := s.Conn.SetWriteDeadline(time.Time{}); err != nil {
			return written, err
		}
	}
}

// Close implements net.Conn.
func (s *stream) Close() (err error) {
	defer failed(&err)
	return s.Conn.Close()
}

// SetReadDeadline implements net.Conn.
func (s *stream) SetReadDeadline(t time.Time) (err error) {
	defer failed(&err)
	return s.Conn.SetReadDeadline(t)
}

// SetWriteDeadline implements net.Conn.
func (s *stream) SetWriteDeadline(t time.Time) (err error) {
	defer failed(&err)
	return s.Conn.SetWriteDeadline(t)
}

// SetDeadline implements net.Conn.
func (s *stream) SetDeadline(t time.Time) (err error) {
	defer failed(&err)
	return s.Conn.SetDeadline(t)
}

// RemoteAddr implements net.Conn. If the transport has none it is one that nobody trusts.
func (s *stream) RemoteAddr() (addr net.Addr) {
	defer func() {
		if recover() != nil || addr == nil {
			addr = &net.TCPAddr{}
		}
	}()
	return s.Conn.RemoteAddr()
}

// failed makes an error of a panic of the program's code.
func failed(err *error) {
	switch r := recover().(type) {
	case nil:
	case string:
		*err = fmt.Errorf("panic: %.200s", r)
	default:
		*err = fmt.Errorf("panic of type %T", r)
	}
}
