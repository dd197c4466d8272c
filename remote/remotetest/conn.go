package remotetest

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/starlang-go/starlang/remote/internal/direct"
)

// conn is one end of a line.
type conn struct {
	line          *line
	in, out       *pipe
	local, remote address
}

var (
	_ net.Conn      = (*conn)(nil)
	_ direct.Writer = (*conn)(nil)
)

// Read implements net.Conn.
func (c *conn) Read(b []byte) (int, error) { return c.in.read(b) }

// Write implements net.Conn.
func (c *conn) Write(b []byte) (int, error) { return c.out.write(b) }

// TryWrite implements direct.Writer. Often it writes only a part, as a socket may.
func (c *conn) TryWrite(b []byte) direct.Written {
	return direct.Written(c.out.tryWrite(b[:c.out.network.some(len(b))]))
}

// Close implements net.Conn. The other end reads what was written, and then the end.
func (c *conn) Close() error {
	first := c.in.closeReading()
	c.out.closeWriting()
	if !first {
		return net.ErrClosed
	}
	c.line.closed()
	return nil
}

// LocalAddr implements net.Conn.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.in.change(func() { c.in.readBy = t })
	return nil
}

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.out.change(func() { c.out.writeBy = t })
	return nil
}

// windowBytes is how much a pipe holds before its writer has to wait.
const windowBytes = 256 << 10

// pipe carries bytes one way.
type pipe struct {
	network *Network

	mu       sync.Mutex
	changed  chan struct{} // closed at each change
	chunks   []chunk
	size     int
	blocked  bool // nothing arrives
	isCut    bool
	readEnd  bool // the reader has closed
	writeEnd bool // the writer has closed
	readBy   time.Time
	writeBy  time.Time
}

// chunk is bytes on their way. Without bytes it is the end.
type chunk struct {
	due time.Time
	b   []byte
}

func newPipe(n *Network) *pipe { return &pipe{network: n, changed: make(chan struct{})} }

// change changes the pipe and wakes those who wait.
func (p *pipe) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	p.wakeLocked()
}

func (p *pipe) wakeLocked() {
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *pipe) setBlocked(blocked bool) { p.change(func() { p.blocked = blocked }) }

func (p *pipe) cut() { p.change(func() { p.isCut, p.chunks = true, nil }) }

func (p *pipe) closeReading() (first bool) {
	p.change(func() { first, p.readEnd = !p.readEnd, true })
	return first
}

func (p *pipe) closeWriting() {
	delay := p.network.delay()
	p.change(func() {
		if !p.writeEnd {
			p.writeEnd = true
			p.pushLocked(nil, delay)
		}
	})
}

// pushLocked puts a chunk on its way: behind the one before.
func (p *pipe) pushLocked(b []byte, delay time.Duration) {
	due := time.Now().Add(delay)
	if last := len(p.chunks) - 1; last >= 0 && p.chunks[last].due.After(due) {
		due = p.chunks[last].due
	}
	p.chunks = append(p.chunks, chunk{due, b})
	p.size += len(b)
}

// await waits for a change, or until t unless that is zero.
func await(changed <-chan struct{}, t time.Time) {
	var due <-chan time.Time
	if !t.IsZero() {
		timer := time.NewTimer(time.Until(t))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-changed:
	case <-due:
	}
}

func passed(deadline time.Time) bool { return !deadline.IsZero() && !time.Now().Before(deadline) }

func (p *pipe) read(b []byte) (int, error) {
	for {
		p.mu.Lock()
		n, until, err := p.readLocked(b)
		changed := p.changed
		p.mu.Unlock()
		if n > 0 || err != nil || len(b) == 0 {
			return n, err
		}
		await(changed, until)
	}
}

// readLocked reads what has arrived, or says until when to wait.
func (p *pipe) readLocked(b []byte) (n int, until time.Time, err error) {
	switch {
	case p.readEnd:
		return 0, until, net.ErrClosed
	case p.isCut:
		return 0, until, ErrCut
	case passed(p.readBy):
		return 0, until, os.ErrDeadlineExceeded
	case p.blocked || len(p.chunks) == 0:
		return 0, p.readBy, nil
	}
	for len(p.chunks) > 0 && n < len(b) {
		head := &p.chunks[0]
		if time.Now().Before(head.due) {
			if until = head.due; !p.readBy.IsZero() && p.readBy.Before(until) {
				until = p.readBy
			}
			break
		}
		if head.b == nil {
			if n == 0 {
				err = io.EOF
			}
			break
		}
		m := copy(b[n:], head.b)
		n += m
		p.size -= m
		if head.b = head.b[m:]; len(head.b) == 0 {
			p.chunks = p.chunks[1:]
		}
	}
	if n > 0 {
		p.wakeLocked() // there is room
	}
	return n, until, err
}

func (p *pipe) write(b []byte) (written int, err error) {
	for len(b) > 0 {
		delay := p.network.delay()
		p.mu.Lock()
		n, err := p.writeLocked(b, delay)
		changed, until := p.changed, p.writeBy
		p.mu.Unlock()
		written += n
		b = b[n:]
		if err != nil {
			return written, err
		}
		if n == 0 {
			await(changed, until)
		}
	}
	return written, nil
}

// tryWrite writes what there is room for, and nothing if the pipe is closed or cut.
func (p *pipe) tryWrite(b []byte) int {
	delay := p.network.delay()
	p.mu.Lock()
	defer p.mu.Unlock()
	n, _ := p.writeLocked(b, delay)
	return n
}

func (p *pipe) writeLocked(b []byte, delay time.Duration) (int, error) {
	switch {
	case p.writeEnd:
		return 0, net.ErrClosed
	case p.isCut:
		return 0, ErrCut
	case p.readEnd && !p.blocked:
		return 0, syscall.EPIPE
	case passed(p.writeBy):
		return 0, os.ErrDeadlineExceeded
	}
	n := min(len(b), windowBytes-p.size)
	if n <= 0 {
		return 0, nil
	}
	p.pushLocked(append([]byte(nil), b[:n]...), delay)
	p.wakeLocked()
	return n, nil
}
