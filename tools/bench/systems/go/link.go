package main

import (
	"bufio"
	"encoding/binary"
	"net"
	"sync"
)

// frame is a message between processes.
type frame struct {
	Seq  int64
	Body string
}

// The sizes of a link: header is the receiver, the number and the length of
// the body; above unsent bytes a sender waits for the network.
const (
	header = 2 + 8 + 4
	unsent = 256 << 10
)

// A link carries frames both ways over a TCP connection. Senders append to one
// buffer; a writer takes all of it with each system call, so that a single
// message leaves at once and many leave together.
type link struct {
	conn net.Conn

	mu      sync.Mutex
	changed sync.Cond
	buf     []byte // guarded by mu
	broken  error  // guarded by mu
}

// newLink starts the two goroutines of the link, which end with the connection.
func newLink(conn net.Conn, handle func(to uint16, m frame)) *link {
	l := &link{conn: conn}
	l.changed.L = &l.mu
	go l.write()
	go l.read(handle)
	return l
}

// send waits while too much is unsent, and then appends the frame.
func (l *link) send(to uint16, m frame) {
	l.mu.Lock()
	for len(l.buf) > unsent && l.broken == nil {
		l.changed.Wait()
	}
	l.buf = binary.BigEndian.AppendUint16(l.buf, to)
	l.buf = binary.BigEndian.AppendUint64(l.buf, uint64(m.Seq))
	l.buf = binary.BigEndian.AppendUint32(l.buf, uint32(len(m.Body)))
	l.buf = append(l.buf, m.Body...)
	l.mu.Unlock()
	l.changed.Broadcast()
}

func (l *link) write() {
	var out []byte
	for {
		l.mu.Lock()
		for len(l.buf) == 0 && l.broken == nil {
			l.changed.Wait()
		}
		out, l.buf = l.buf, out[:0]
		l.mu.Unlock()
		l.changed.Broadcast()
		if _, err := l.conn.Write(out); err != nil {
			l.fail(err)
			return
		}
	}
}

// read hands every frame to handle until the connection ends. A frame is at
// most as long as the read buffer, in which it is decoded.
func (l *link) read(handle func(to uint16, m frame)) {
	in := bufio.NewReaderSize(l.conn, unsent)
	for {
		head, err := in.Peek(header)
		if err != nil {
			l.fail(err)
			return
		}
		to := binary.BigEndian.Uint16(head)
		m := frame{Seq: int64(binary.BigEndian.Uint64(head[2:]))}
		whole, err := in.Peek(header + int(binary.BigEndian.Uint32(head[10:])))
		if err != nil {
			l.fail(err)
			return
		}
		m.Body = string(whole[header:])
		_, _ = in.Discard(len(whole)) // Peek has seen them
		handle(to, m)
	}
}

// fail wakes all senders and the writer for ever.
func (l *link) fail(err error) {
	l.mu.Lock()
	l.broken = err
	l.mu.Unlock()
	l.changed.Broadcast()
	_ = l.conn.Close()
}
