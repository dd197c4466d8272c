package conn

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/remote/internal/direct"
	"github.com/starlang-go/starlang/remote/internal/guard"
)

// Stream is a connection of a [Transport]. What panics in it fails.
type Stream struct {
	net.Conn
	// resumes is set once the connection is up. From then on a write deadline ends no
	// write, but makes it tell how far it has come: see conn.stalledLocked.
	resumes atomic.Bool
	taken   atomic.Int64 // bytes that Conn has taken so far; for the heartbeat
	control control
}

// isOurs reports whether nothing of the program runs in a connection.
func isOurs(c net.Conn) bool {
	_, ours := c.(direct.Writer)
	_, tcp := c.(*net.TCPConn)
	return ours || tcp
}

// control has calls of what is called with locks held, where a connection of the program
// may hang: so another goroutine calls it.
type control struct {
	mu    sync.Mutex
	calls []func() error // guarded by mu; in order; nil if no goroutine is at them
}

// call calls f, at once if it runs nothing of the program.
func (s *Stream) call(f func() error) (err error) {
	if isOurs(s.Conn) {
		return f()
	}
	s.control.mu.Lock()
	defer s.control.mu.Unlock()
	if s.control.calls == nil {
		go s.callAll() // ends with the calls, unless one hangs: nobody can end it then, and nobody waits for it
	}
	s.control.calls = append(s.control.calls, f)
	return nil
}

func (s *Stream) callAll() {
	ended := false
	defer func() {
		if !ended { // a call has ended this goroutine
			go s.callAll() // as the one before
		}
	}()
	for f := s.nextCall(); f != nil; f = s.nextCall() {
		_ = safely(f)
	}
	ended = true
}

func (s *Stream) nextCall() (f func() error) {
	s.control.mu.Lock()
	defer s.control.mu.Unlock()
	if len(s.control.calls) == 0 {
		s.control.calls = nil
		return nil
	}
	f, s.control.calls = s.control.calls[0], s.control.calls[1:]
	return f
}

func safely(f func() error) (err error) {
	defer guard.Catch(&err)
	return f()
}

// Read implements net.Conn.
func (s *Stream) Read(b []byte) (n int, err error) {
	defer guard.Catch(&err)
	return s.Conn.Read(b)
}

// Write implements net.Conn.
func (s *Stream) Write(b []byte) (written int, err error) {
	defer guard.Catch(&err)
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

// Close implements net.Conn. It waits for no other call.
func (s *Stream) Close() error {
	if isOurs(s.Conn) {
		return s.Conn.Close()
	}
	go func() { _ = safely(s.Conn.Close) }() // as in call
	return nil
}

// SetReadDeadline implements net.Conn.
func (s *Stream) SetReadDeadline(t time.Time) error {
	return s.call(func() error { return s.Conn.SetReadDeadline(t) })
}

// SetWriteDeadline implements net.Conn.
func (s *Stream) SetWriteDeadline(t time.Time) error {
	return s.call(func() error { return s.Conn.SetWriteDeadline(t) })
}

// SetDeadline implements net.Conn.
func (s *Stream) SetDeadline(t time.Time) error {
	return s.call(func() error { return s.Conn.SetDeadline(t) })
}

// RemoteAddr implements net.Conn. If the transport has none it is one that nobody trusts.
func (s *Stream) RemoteAddr() (addr net.Addr) {
	defer func() {
		if recover() != nil || addr == nil {
			addr = &net.TCPAddr{}
		}
	}()
	return s.Conn.RemoteAddr()
}
