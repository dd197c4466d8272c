package dist

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// In acts on a signal that has arrived, and never waits. The carrier calls it from one
// goroutine, in the order of the stream. s.From is a process of the peer, or zero where
// the program itself may send or nobody has the name; s.To is on this node. An error,
// [ErrProtocol] or [ErrOverload], says that the connection is to be closed.
func (p *Peer) In(s Signal) error {
	p.Flush()
	if isMessage(s.Kind) {
		p.received.Add(1)
	}
	if err := p.check(&s); err != nil {
		return err
	}
	to, ok := p.receiver(&s)
	if !ok {
		p.undeliverable(&s, signal.NoProc)
		return nil
	}
	if s.Decode != nil || p.decoding.used.Load() > 0 {
		if p.decoding.add(p, to, &s) {
			return nil
		}
	}
	return p.act(&s, to)
}

func isMessage(k signal.Kind) bool {
	return k == signal.Message || k == signal.Raw || k == signal.Call || k == signal.Reply
}

// check returns an error if the peer may not send s.
func (p *Peer) check(s *Signal) error {
	switch {
	case !s.From.IsZero() && !s.From.IsLocal(p.id):
		return fmt.Errorf("%w: %v from a process of another node", ErrProtocol, s.Kind)
	case s.From.IsZero() && needsSender(s.Kind):
		return fmt.Errorf("%w: %v from no process", ErrProtocol, s.Kind)
	case s.To == (pid.Address{}):
		return fmt.Errorf("%w: %v to nobody", ErrProtocol, s.Kind)
	}
	return nil
}

// needsSender reports whether only a process sends a signal. A message and an exit are
// also sent by the program, a down also for a name that nobody has.
func needsSender(k signal.Kind) bool {
	switch k {
	case signal.Message, signal.Raw, signal.ExitSignal, signal.DownSignal, signal.Reply:
		return false
	}
	return true
}

// receiver returns the process of this node that s is for. It may have ended.
func (p *Peer) receiver(s *Signal) (to pid.PID, ok bool) {
	if !s.To.PID.IsZero() {
		return s.To.PID, s.To.PID.IsLocal(p.port.self)
	}
	return p.port.inlet.Registered(s.To.Name.Name)
}

// undeliverable answers s as is due. The answer comes from the address that s was sent to,
// also if that was a process of an earlier start of this node.
func (p *Peer) undeliverable(s *Signal, reason signal.ExitReason) {
	p.countDropped(s)
	back, ok := signal.Answer(s.To, s.Envelope, reason)
	if s.Kind == signal.Unlink {
		back, ok = signal.Envelope{Kind: signal.UnlinkAck, From: s.To.PID}, true
	}
	if !ok {
		return
	}
	p.mu.Lock()
	defer p.unlock()
	p.answerLocked(Signal{Envelope: back, To: pid.Address{PID: s.From}, Name: s.To.Name.Name, Number: s.Number})
}

// act acts on a signal whose value is decoded.
func (p *Peer) act(s *Signal, to pid.PID) error {
	switch s.Kind {
	case signal.Message, signal.Raw:
		p.deliver(s, to)
	case signal.Reply, signal.ExitSignal:
		p.overflow.admit(pair{to.ID(), s.From.ID()})
		_ = p.port.inlet.Deliver(to, s.Envelope) // to one that is gone: late is as good as done
	default:
		return p.relate(s, to)
	}
	return nil
}

// warnEvery is how often undecodable values of one peer are reported, at most.
const warnEvery = time.Second

// Undecodable is In for a message whose value the carrier cannot decode. That costs the
// message, not the connection: the caller of a call learns why, and who waits for a reply.
func (p *Peer) Undecodable(s Signal, err error) {
	p.Flush()
	p.received.Add(1)
	p.undecodable(&s, err)
}

func (p *Peer) undecodable(s *Signal, err error) {
	reason := signal.Error("message cannot be decoded: " + err.Error())
	if s.Kind == signal.Call || s.Kind == signal.Reply {
		p.dropped.Add(1)
	}
	if s.Kind == signal.Reply {
		p.port.inlet.FailCall(s.To.PID, s.ReplyTo, reason)
	} else {
		p.undeliverable(s, reason)
	}
	if last := p.warned.Swap(time.Now().Unix()); time.Since(time.Unix(last, 0)) > warnEvery {
		p.port.warn("message cannot be decoded", slog.String("peer", p.id.Name()),
			slog.Any("to", s.To), slog.Any("error", err))
	}
}
