package remote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/internal/wire"
)

// The read buffer begins small and grows while reads fill it, up to one frame of
// the longest kind. Frames are decoded where they lie.
const (
	minReadBytes = 16 << 10
	maxReadBytes = wire.LengthBytes + wire.MaxFrameBytes
)

// read is the reader: it acts on all frames, in order, until the connection ends.
func (c *conn) read() {
	buf := make([]byte, minReadBytes)
	filled := 0
	for {
		n, err := c.stream.Read(buf[filled:])
		filled += n
		if n > 0 {
			c.reads.Add(1)
			c.size.Add(uint64(n))
		}
		used, bad := c.frames(buf[:filled])
		if bad != nil {
			c.stopReading(bad)
			return
		}
		if err != nil && !(errors.Is(err, os.ErrDeadlineExceeded) && c.forgive()) {
			c.lost(err)
			return
		}
		full := filled == len(buf)
		filled = copy(buf, buf[used:filled])
		if full && len(buf) < maxReadBytes {
			buf = append(make([]byte, 0, maxReadBytes), buf[:filled]...)[:min(4*len(buf), maxReadBytes)]
		}
	}
}

// frames acts on the whole frames at the beginning of b and returns how long they
// are together.
func (c *conn) frames(b []byte) (used int, err error) {
	defer c.deliverBatch()
	for len(b)-used >= wire.LengthBytes {
		length := binary.BigEndian.Uint32(b[used:])
		if length == 0 || length > wire.MaxFrameBytes {
			return used, fmt.Errorf("frame of %d bytes", length)
		}
		end := used + wire.LengthBytes + int(length)
		if end > len(b) {
			break
		}
		if err := c.frame(b[used+wire.LengthBytes:end], false); err != nil {
			return used, err
		}
		used = end
		c.awaitRoom()
	}
	return used, nil
}

// What ends the reader besides errors.
var (
	errGoodbye  = errors.New("goodbye")
	errOverload = errors.New("too many links, monitors and calls")
	errHeld     = errors.New("too many processes that wait for a release")
	errBacklog  = errors.New("the peer asks and does not read the answers")
	errSilent   = errors.New("nothing was heard for two heartbeat intervals")
)

// stopReading ends the connection in order after something that the peer has sent.
func (c *conn) stopReading(err error) {
	switch {
	case errors.Is(err, errGoodbye):
	case errors.Is(err, errOverload) || errors.Is(err, errHeld) || errors.Is(err, errFragments):
		c.finishWith(goodbyeOverload, err.Error(), CauseOverload, err)
	default:
		c.finishWith(goodbyeProtocol, err.Error(), CauseProtocol, err)
	}
	<-c.written // bounded by CloseTimeout
}

// lost ends the connection after an error of reading.
func (c *conn) lost(err error) {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.end(CauseSilent, errSilent)
	case errors.Is(err, io.EOF):
		c.end(CauseLost, nil)
	default:
		c.end(CauseLost, err)
	}
}

// frame acts on one frame. whole tells that it came in fragments, so that body is
// not part of the read buffer.
func (c *conn) frame(body []byte, whole bool) error {
	if from, to, value, ok := wire.ParseMessage(body); ok && !c.hidden() {
		c.plainMessage(from, to, value, whole)
		return nil
	}
	c.deliverBatch()
	var f wire.Frame
	if err := wire.Parse(&f, body); err != nil {
		return err
	}
	if c.hidden() && !c.mayAct(&f) {
		return nil
	}
	switch f.Kind {
	case wire.Message, wire.Raw:
		c.messageIn(&f, whole)
	case wire.Call:
		return c.callIn(&f, whole)
	case wire.Reply:
		c.replyIn(&f, whole)
	default:
		return c.signalIn(&f, whole)
	}
	return nil
}

// plainMessage takes in a message to a PID: most frames are of this kind. Nearly all
// can be delivered at once, and then do not need an envelope.
func (c *conn) plainMessage(from, to uint64, value []byte, whole bool) {
	aside := whole || c.node.sidings.inUse.Load() > 0
	if aside || to != c.batch.to {
		c.deliverBatch()
	}
	if aside {
		c.received.Add(1)
		c.deliverValue(to, signal.Envelope{Kind: signal.Message, From: c.remote(from)}, value, whole)
		return
	}
	v, err := c.decoder.Decode(value)
	if err != nil {
		c.received.Add(1)
		c.undecodable(to, signal.Envelope{Kind: signal.Message, From: c.remote(from)}, err)
		return
	}
	c.batch.add(from, to, v, len(value))
	if c.batch.full() {
		c.deliverBatch()
	}
}

// signalIn acts on what has no value for a process that is there.
func (c *conn) signalIn(f *wire.Frame, whole bool) error {
	if whole {
		if f.Kind != wire.Spawn {
			return fmt.Errorf("%v frame in fragments", f.Kind)
		}
		c.spawnAside(*f)
		return nil
	}
	if f.Kind != wire.Ping && f.Kind != wire.Pong && f.Kind != wire.Idle {
		c.signals.Add(1)
	}
	switch f.Kind {
	case wire.Exit, wire.LinkExit, wire.Link, wire.Unlink, wire.UnlinkAck:
		return c.linkIn(f)
	case wire.Monitor, wire.Demonitor, wire.Down:
		return c.monitorIn(f)
	case wire.Ping, wire.Pong:
		c.pingIn(f)
	case wire.Idle:
		c.idleIn()
	case wire.Fragment:
		body, err := c.assembly.add(f, c.cfg.MaxMessageBytes)
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
		return c.requestIn(f)
	case wire.Answer, wire.Failure:
		c.answerIn(f)
	}
	return nil
}

// receiver returns the process of this node that a frame is for.
func (c *conn) receiver(f *wire.Frame) (id uint64, ok bool) {
	if f.To != 0 {
		return f.To, true
	}
	p, ok := c.node.rt.Whereis(string(f.Name))
	return p.ID(), ok
}

// messageIn delivers a message to a name, or a raw.
func (c *conn) messageIn(f *wire.Frame, whole bool) {
	c.received.Add(1)
	to, ok := c.receiver(f)
	if !ok {
		c.dropped.Add(1)
		return
	}
	s, _ := f.Kind.Signal()
	c.deliverValue(to, signal.Envelope{Kind: s, From: c.remote(f.From)}, f.Value, whole)
}

// callIn delivers a call. From here on the callee's end is the caller's business,
// even if the call waits.
func (c *conn) callIn(f *wire.Frame, whole bool) error {
	c.received.Add(1)
	to, err := c.watchIn(f)
	if err != nil || to == 0 {
		return err
	}
	env := signal.Envelope{Kind: signal.Call, From: c.remote(f.From), Ref: pid.NewRef(c.peer, f.Ref)}
	c.deliverValue(to, env, f.Value, whole)
	return nil
}

// replyIn delivers a reply. The caller will demonitor, which ends the relation.
func (c *conn) replyIn(f *wire.Frame, whole bool) {
	c.received.Add(1)
	env := signal.Envelope{Kind: signal.Reply, From: c.remote(f.From), Ref: pid.NewRef(c.node.self, f.Ref)}
	c.deliverValue(f.To, env, f.Value, whole)
}

// deliverValue decodes a value and delivers env with it. If the frame came in
// fragments, decoding may take long: then it is left to another goroutine.
func (c *conn) deliverValue(to uint64, env signal.Envelope, value []byte, whole bool) {
	a := arrival{conn: c, env: env, size: len(value)}
	if whole {
		a.encoded = value
		c.node.sidings.add(c.node, to, a)
		return
	}
	var err error
	if a.env.Value, err = c.decode(env.Kind, value); err != nil {
		c.undecodable(to, env, err)
		return
	}
	c.node.arrive(to, a)
}

// decode returns the value in b, of which it keeps nothing.
func (c *conn) decode(kind signal.Kind, b []byte) (any, error) {
	if kind == signal.Raw {
		return append(make([]byte, 0, len(b)), b...), nil
	}
	return c.node.limits.DecodeMessage(b)
}

// warnEvery is how often undecodable values of one connection are reported, at most.
const warnEvery = time.Second

// undecodable deals with a value that cannot be decoded: it costs the message, not
// the connection.
func (c *conn) undecodable(to uint64, env signal.Envelope, err error) {
	c.dropped.Add(1)
	reason := signal.Error("message cannot be decoded: " + err.Error())
	switch env.Kind {
	case signal.Call:
		c.answerDown(env.From.ID(), to, env.Ref.Raw(), reason)
	case signal.Reply:
		down := signal.Envelope{Kind: signal.DownSignal, From: env.From, Ref: env.Ref, Reason: reason}
		c.node.arrive(to, arrival{conn: c, env: down})
	}
	if last := c.warned.Swap(time.Now().Unix()); time.Since(time.Unix(last, 0)) > warnEvery {
		c.node.logger().Warn("message cannot be decoded", slog.String("peer", c.peer.Name()),
			slog.Any("to", c.local(to)), slog.Any("error", err))
	}
}

// pingIn answers a ping, or takes note of the answer to one.
func (c *conn) pingIn(f *wire.Frame) {
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
func (c *conn) goodbyeIn(f *wire.Frame) {
	c.finishWith(goodbye(f.Code), goodbye(f.Code).text(), goodbye(f.Code).peersCause(),
		fmt.Errorf("the peer said: %s", f.Name))
}
