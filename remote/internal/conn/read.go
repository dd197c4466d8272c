package conn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote/internal/guard"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime/dist"
)

// read is the reader: it acts on all frames, in order, until the connection ends.
func (c *Conn) read() {
	var lost error
	for {
		if bad := c.frames(); bad != nil {
			c.stopReading(bad)
			return
		}
		if lost != nil && !(errors.Is(lost, os.ErrDeadlineExceeded) && c.forgive()) {
			c.lost(lost)
			return
		}
		var n int
		n, lost = c.stream.Read(c.in.space())
		c.in.filled += n
		if n > 0 {
			c.reads.Add(1)
			c.size.Add(uint64(n))
		}
	}
}

// frames acts on the whole frames that were read. No code of the program runs in this
// goroutine; a Tracer, which must not wait, runs in one of its own that is waited for.
func (c *Conn) frames() error {
	defer c.relations.Flush()
	for {
		body, size, err := frame.Cut(c.in.rest(), frame.MaxBytes)
		if err != nil {
			return err
		}
		if size == 0 {
			break
		}
		c.in.used += size
		if err := c.frame(body, false); err != nil {
			return err
		}
		c.awaitRoom()
	}
	return nil
}

// What ends the reader besides errors.
var (
	errGoodbye = errors.New("goodbye")
	errSilent  = errors.New("nothing was heard for two heartbeat intervals")
)

// stopReading ends the connection in order after something that the peer has sent.
func (c *Conn) stopReading(err error) {
	if !errors.Is(err, errGoodbye) {
		c.broken(err)
	}
	<-c.written // bounded by CloseTimeout
}

// lost ends the connection after an error of reading.
func (c *Conn) lost(err error) {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.End(Silent, errSilent)
	case errors.Is(err, io.EOF):
		c.End(Lost, nil)
	default:
		c.End(Lost, err)
	}
}

// frame acts on one frame. whole tells that it came in fragments, so that body is
// not part of the read buffer.
func (c *Conn) frame(body []byte, whole bool) error {
	if from, to, value, ok := signal.ParseMessage(body); ok && !c.hidden && !whole {
		return c.plainMessage(from, to, value)
	}
	c.relations.Flush()
	var in frame.Fields
	if err := in.Open(body); err != nil {
		return err
	}
	if kind, ok := signal.KindOnWire(in.Of); ok {
		return c.signalIn(kind, &in, whole)
	}
	var f wire.Frame
	if err := f.Read(&in); err != nil {
		return err
	}
	if c.hidden && !c.mayAsk(&f) {
		return nil
	}
	return c.otherIn(&f, whole)
}

// plainMessage takes in a message to a PID: most frames are of this kind.
func (c *Conn) plainMessage(from, to uint64, value []byte) error {
	v, ok, err := c.decoder.TryDecode(value)
	if ok && err == nil {
		c.relations.Message(c.Remote(from), c.Local(to), v, len(value))
		return nil
	}
	s := dist.Signal{Envelope: signal.Envelope{Kind: signal.Message, From: c.Remote(from)}, To: c.address(to)}
	if err != nil {
		c.relations.Undecodable(s, err)
		return nil
	}
	return c.decodeAside(s, append([]byte(nil), value...))
}

func (c *Conn) address(id uint64) pid.Address { return pid.Address{PID: c.Local(id)} }

// signalIn gives a signal to those who own what it is about.
func (c *Conn) signalIn(kind signal.Kind, in *frame.Fields, whole bool) error {
	var f signal.Frame
	if err := f.Read(kind, in); err != nil {
		return err
	}
	if c.hidden && !c.maySend(&f) {
		return nil
	}
	var s dist.Signal
	s.To, s.Envelope = f.Signal(c.peer, c.Self)
	switch kind {
	case signal.Message, signal.Raw, signal.Call, signal.Reply:
		return c.valueIn(s, f.Value, whole)
	}
	c.signals.Add(1)
	if whole {
		return fmt.Errorf("%v frame in fragments", f.Kind)
	}
	return c.relations.In(s)
}

// valueIn is signalIn of what has a value. If the frame came in fragments, decoding may
// take long: then it is not done here, and neither if it runs code of the program.
func (c *Conn) valueIn(s dist.Signal, value []byte, whole bool) (err error) {
	s.Size = len(value)
	ok := true
	switch {
	case whole:
		return c.decodeAside(s, value)
	case s.Kind == signal.Raw:
		s.Value = append(make([]byte, 0, len(value)), value...)
	default:
		s.Value, ok, err = c.decoder.TryDecode(value)
	}
	switch {
	case err != nil:
		c.relations.Undecodable(s, err)
		return nil
	case !ok:
		return c.decodeAside(s, append([]byte(nil), value...))
	}
	return c.relations.In(s)
}

// decodeAside leaves it to a goroutine of s's sender and receiver to decode the value, which
// does not change.
func (c *Conn) decodeAside(s dist.Signal, value []byte) error {
	s.Size = len(value)
	if s.Kind == signal.Raw {
		s.Value = value
		return c.relations.In(s)
	}
	s.Decode = func() (any, error) { return c.Limits.DecodeMessage(value) }
	return c.relations.In(s)
}

// otherIn acts on a frame that is no signal.
func (c *Conn) otherIn(f *wire.Frame, whole bool) error {
	if whole {
		if f.Kind != wire.Spawn {
			return fmt.Errorf("%v frame in fragments", f.Kind)
		}
		return c.Owner.Request(c, f, true)
	}
	if f.Kind != wire.Ping && f.Kind != wire.Pong && f.Kind != wire.Idle {
		c.signals.Add(1)
	}
	switch f.Kind {
	case wire.Ping, wire.Pong:
		c.pingIn(f)
	case wire.Idle:
		c.idleIn()
	case wire.Fragment:
		body, err := c.assembly.add(f, c.Config.MaxMessageBytes)
		if err != nil || body == nil {
			return err
		}
		return c.frame(body, true)
	case wire.FragmentAbort:
		return c.assembly.abort()
	case wire.Goodbye:
		c.goodbyeIn(f)
		return errGoodbye
	case wire.Whereis, wire.Spawn, wire.ProcessInfo, wire.NodeInfo, wire.Release:
		return c.Owner.Request(c, f, false)
	case wire.Answer, wire.Failure:
		c.answerIn(f)
	}
	return nil
}

// pingIn answers a ping, or takes note of the answer to one.
func (c *Conn) pingIn(f *wire.Frame) {
	if f.Kind == wire.Pong {
		c.pong(f.Ref)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == connUp {
		c.queuePingLocked(wire.Pong, f.Ref)
	}
}

// goodbyeIn answers a goodbye with what is queued and a goodbye.
func (c *Conn) goodbyeIn(f *wire.Frame) {
	c.finishWith(Goodbye(f.Code), Goodbye(f.Code).text(), Goodbye(f.Code).peersCause(),
		fmt.Errorf("the peer said: %s", f.Name))
}

// awaitRoom waits while too much of what has arrived waits. Meanwhile the reader is paused.
func (c *Conn) awaitRoom() {
	if !c.relations.IsFull() {
		return
	}
	c.paused.Store(true)
	c.relations.AwaitRoom(c.closed)
	c.paused.Store(c.relations.IsFull()) // it may read for a probe only
}

// TryDecode decodes a value in the reader, unless that needs code of the program: then ok is
// false.
func (c *Conn) TryDecode(value []byte) (v any, ok bool, err error) { return c.decoder.TryDecode(value) }

var errDecode = errors.New("decoding it takes longer than DecodeTimeout")

// DecodeArgument decodes the argument of a spawn, whatever code of the program that needs. It
// is not for the reader.
func (c *Conn) DecodeArgument(b []byte) (any, error) {
	limit := c.Config.DecodeTimeout + time.Duration(len(b))*time.Microsecond
	ctx, cancel := context.WithTimeoutCause(c.Ctx, limit, errDecode)
	defer cancel()
	return guard.Run(ctx, &c.hungArgs, c.Config.MaxHungDecoders, func() (any, error) { return c.Limits.DecodeMessage(b) }, nil)
}
