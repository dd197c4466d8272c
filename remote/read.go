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

// read is the reader: it acts on all frames, in order, until the link ends.
func (l *link) read() {
	buf := make([]byte, minReadBytes)
	filled := 0
	for {
		n, err := l.conn.Read(buf[filled:])
		filled += n
		if n > 0 {
			l.reads.Add(1)
			l.size.Add(uint64(n))
		}
		used, bad := l.frames(buf[:filled])
		if bad != nil {
			l.stopReading(bad)
			return
		}
		if err != nil && !(errors.Is(err, os.ErrDeadlineExceeded) && l.forgive()) {
			l.lost(err)
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
func (l *link) frames(b []byte) (used int, err error) {
	defer l.deliverBatch()
	for len(b)-used >= wire.LengthBytes {
		length := binary.BigEndian.Uint32(b[used:])
		if length == 0 || length > wire.MaxFrameBytes {
			return used, fmt.Errorf("frame of %d bytes", length)
		}
		end := used + wire.LengthBytes + int(length)
		if end > len(b) {
			break
		}
		if err := l.frame(b[used+wire.LengthBytes:end], false); err != nil {
			return used, err
		}
		used = end
		l.waiting.await(l.node.cfg.WaitingBytes, &l.paused)
	}
	return used, nil
}

// What ends the reader besides errors.
var (
	errGoodbye  = errors.New("goodbye")
	errOverload = errors.New("too many links, monitors and calls")
	errBacklog  = errors.New("the peer asks and does not read the answers")
	errSilent   = errors.New("nothing was heard for two heartbeat intervals")
)

// stopReading ends the link in order after something that the peer has sent.
func (l *link) stopReading(err error) {
	switch {
	case errors.Is(err, errGoodbye):
	case errors.Is(err, errOverload):
		l.finishWith(goodbyeOverload, err.Error(), CauseOverload, err)
	default:
		l.finishWith(goodbyeProtocol, err.Error(), CauseProtocol, err)
	}
	<-l.written // bounded by CloseTimeout
}

// lost ends the link after an error of reading.
func (l *link) lost(err error) {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		l.end(CauseSilent, errSilent)
	case errors.Is(err, io.EOF):
		l.end(CauseLost, nil)
	default:
		l.end(CauseLost, err)
	}
}

// frame acts on one frame. whole tells that it came in fragments, so that body is
// not part of the read buffer.
func (l *link) frame(body []byte, whole bool) error {
	if from, to, value, ok := wire.ParseMessage(body); ok {
		l.plainMessage(from, to, value, whole)
		return nil
	}
	l.deliverBatch()
	var f wire.Frame
	if err := wire.Parse(&f, body); err != nil {
		return err
	}
	switch f.Kind {
	case wire.Message, wire.Raw:
		l.messageIn(&f, whole)
	case wire.Call:
		return l.callIn(&f, whole)
	case wire.Reply:
		l.replyIn(&f, whole)
	default:
		return l.signalIn(&f, whole)
	}
	return nil
}

// plainMessage takes in a message to a PID: most frames are of this kind. Nearly all
// can be delivered at once, and then do not need an envelope.
func (l *link) plainMessage(from, to uint64, value []byte, whole bool) {
	aside := whole || l.node.sidings.inUse.Load() > 0
	if aside || to != l.batch.to {
		l.deliverBatch()
	}
	if aside {
		l.received.Add(1)
		l.deliverValue(to, signal.Envelope{Kind: signal.Message, From: l.remote(from)}, value, whole)
		return
	}
	v, err := l.decoder.Decode(value)
	if err != nil {
		l.received.Add(1)
		l.undecodable(to, signal.Envelope{Kind: signal.Message, From: l.remote(from)}, err)
		return
	}
	l.batch.add(from, to, v, len(value))
	if l.batch.full() {
		l.deliverBatch()
	}
}

// signalIn acts on what has no value for a process that is there.
func (l *link) signalIn(f *wire.Frame, whole bool) error {
	if whole {
		if f.Kind != wire.Spawn {
			return fmt.Errorf("%v frame in fragments", f.Kind)
		}
		l.spawnAside(*f)
		return nil
	}
	switch f.Kind {
	case wire.Exit, wire.LinkExit, wire.Link, wire.Unlink, wire.UnlinkAck:
		return l.linkIn(f)
	case wire.Monitor, wire.Demonitor, wire.Down:
		return l.monitorIn(f)
	case wire.Ping, wire.Pong:
		l.pingIn(f)
	case wire.Fragment:
		body, err := l.assembly.add(f, l.node.cfg.MaxMessageBytes)
		if err != nil || body == nil {
			return err
		}
		return l.frame(body, true)
	case wire.FragmentAbort:
		return l.assembly.abort()
	case wire.Goodbye:
		l.goodbyeIn(f)
		return errGoodbye
	case wire.Whereis, wire.Spawn, wire.ProcessInfo, wire.NodeInfo, wire.Release:
		return l.requestIn(f)
	case wire.Answer, wire.Failure:
		l.answerIn(f)
	}
	return nil
}

// receiver returns the process of this node that a frame is for.
func (l *link) receiver(f *wire.Frame) (id uint64, ok bool) {
	if f.To != 0 {
		return f.To, true
	}
	p, ok := l.node.rt.Whereis(string(f.Name))
	return p.ID(), ok
}

// messageIn delivers a message to a name, or a raw.
func (l *link) messageIn(f *wire.Frame, whole bool) {
	l.received.Add(1)
	to, ok := l.receiver(f)
	if !ok {
		l.dropped.Add(1)
		return
	}
	s, _ := f.Kind.Signal()
	l.deliverValue(to, signal.Envelope{Kind: s, From: l.remote(f.From)}, f.Value, whole)
}

// callIn delivers a call. From here on the callee's end is the caller's business,
// even if the call waits.
func (l *link) callIn(f *wire.Frame, whole bool) error {
	l.received.Add(1)
	to, err := l.watchIn(f)
	if err != nil || to == 0 {
		return err
	}
	env := signal.Envelope{Kind: signal.Call, From: l.remote(f.From), Ref: pid.NewRef(l.peer, f.Ref)}
	l.deliverValue(to, env, f.Value, whole)
	return nil
}

// replyIn delivers a reply. The caller will demonitor, which ends the relation.
func (l *link) replyIn(f *wire.Frame, whole bool) {
	l.received.Add(1)
	env := signal.Envelope{Kind: signal.Reply, From: l.remote(f.From), Ref: pid.NewRef(l.node.self, f.Ref)}
	l.deliverValue(f.To, env, f.Value, whole)
}

// deliverValue decodes a value and delivers env with it. If the frame came in
// fragments, decoding may take long: then it is left to another goroutine.
func (l *link) deliverValue(to uint64, env signal.Envelope, value []byte, whole bool) {
	a := arrival{link: l, env: env, size: len(value)}
	if whole {
		a.encoded = value
		l.node.sidings.add(l.node, to, a)
		return
	}
	var err error
	if a.env.Value, err = l.decode(env.Kind, value); err != nil {
		l.undecodable(to, env, err)
		return
	}
	l.node.arrive(to, a)
}

// decode returns the value in b, of which it keeps nothing.
func (l *link) decode(kind signal.Kind, b []byte) (any, error) {
	if kind == signal.Raw {
		return append(make([]byte, 0, len(b)), b...), nil
	}
	return l.node.limits.DecodeMessage(b)
}

// warnEvery is how often undecodable values of one link are reported, at most.
const warnEvery = time.Second

// undecodable deals with a value that cannot be decoded: it costs the message, not
// the connection.
func (l *link) undecodable(to uint64, env signal.Envelope, err error) {
	l.dropped.Add(1)
	reason := signal.Error("message cannot be decoded: " + err.Error())
	switch env.Kind {
	case signal.Call:
		l.answerDown(env.From.ID(), to, env.Ref.Raw(), reason)
	case signal.Reply:
		down := signal.Envelope{Kind: signal.DownSignal, From: env.From, Ref: env.Ref, Reason: reason}
		l.node.arrive(to, arrival{link: l, env: down})
	}
	if last := l.warned.Swap(time.Now().Unix()); time.Since(time.Unix(last, 0)) > warnEvery {
		l.node.logger().Warn("message cannot be decoded", slog.String("node", l.peer.Name()),
			slog.Any("to", l.local(to)), slog.Any("error", err))
	}
}

// pingIn answers a ping, or takes note of the answer to one.
func (l *link) pingIn(f *wire.Frame) {
	if f.Kind == wire.Pong {
		l.pong(f.Ref)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == linkUp {
		l.out = wire.AppendPing(l.out, wire.Pong, f.Ref)
		l.wakeLocked()
	}
}

// goodbyeIn answers a goodbye with what is queued and a goodbye.
func (l *link) goodbyeIn(f *wire.Frame) {
	l.finishWith(goodbye(f.Code), goodbye(f.Code).text(), goodbye(f.Code).peersCause(),
		fmt.Errorf("the peer said: %s", f.Name))
}
