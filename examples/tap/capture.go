package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

// A capture is a list of chunks, as they were read from a connection:
//
//	chunk = side length bytes     side: 1 byte, length: 4 bytes, big-endian
type side byte

// The two ends of a connection.
const (
	dialler  side = 0
	acceptor side = 1
)

func (s side) other() side { return 1 - s }

// maxChunkBytes is the length of the longest chunk.
const maxChunkBytes = 64 << 10

// record passes one connection on to the address to, and writes what passes to w. It
// returns when the connection has ended, or ctx.
func record(ctx context.Context, l net.Listener, to string, w io.Writer) error {
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	from, err := l.Accept()
	_ = l.Close()
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	defer func() { _ = from.Close() }()
	far, err := new(net.Dialer).DialContext(ctx, "tcp", to)
	if err != nil {
		return err
	}
	defer func() { _ = far.Close() }()
	end := context.AfterFunc(ctx, func() { _, _ = from.Close(), far.Close() })
	defer end()
	c := &capture{w: w}
	var both sync.WaitGroup
	both.Go(func() { c.pass(dialler, far, from) }) // ended by the end of from
	both.Go(func() { c.pass(acceptor, from, far) })
	both.Wait()
	return c.err
}

// capture is a capture that is being written.
type capture struct {
	mu  sync.Mutex
	w   io.Writer // guarded by mu
	err error     // guarded by mu; the first error of w
}

// pass copies what one side says to the other, and closes both at its end.
func (c *capture) pass(s side, to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buffer := make([]byte, maxChunkBytes)
	for {
		n, err := from.Read(buffer)
		c.add(s, buffer[:n])
		if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

func (c *capture) add(s side, b []byte) {
	if len(b) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	head := binary.BigEndian.AppendUint32([]byte{byte(s)}, uint32(len(b)))
	if _, err := c.w.Write(append(head, b...)); err != nil && c.err == nil {
		c.err = err
	}
}

// chunks calls f with the chunks of a capture, in order.
func chunks(r io.Reader, f func(s side, b []byte) error) error {
	in, buffer := bufio.NewReader(r), make([]byte, maxChunkBytes)
	for {
		var head [5]byte
		switch _, err := io.ReadFull(in, head[:]); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("no whole chunk: %w", err)
		}
		n := binary.BigEndian.Uint32(head[1:])
		if head[0] > byte(acceptor) || n > maxChunkBytes {
			return fmt.Errorf("not a capture: a chunk of %d bytes by side %d", n, head[0])
		}
		if _, err := io.ReadFull(in, buffer[:n]); err != nil {
			return fmt.Errorf("no whole chunk: %w", err)
		}
		if err := f(side(head[0]), buffer[:n]); err != nil {
			return err
		}
	}
}
