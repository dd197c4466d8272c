package dist

import (
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// relate acts on a signal that begins or ends a relation. It is one step: what is noted
// here, what the process does, and what the peer is told. Else the process could link or
// unlink in between, and the two sides would disagree for good.
func (p *Peer) relate(s *Signal, to pid.PID) error {
	switch s.Kind {
	case signal.Link:
		return p.linkIn(s, to)
	case signal.Unlink:
		p.unlinkIn(s, to)
	case signal.UnlinkAck:
		p.mu.Lock()
		p.links.acknowledged(pair{to.ID(), s.From.ID()})
		p.unlock()
	case signal.LinkExit:
		if then := p.linkExitIn(s, to); then != nil {
			then() // may make processes send
		}
	case signal.Monitor:
		_, err := p.watchIn(s, to)
		return err
	case signal.Call:
		return p.callIn(s, to)
	case signal.Demonitor:
		p.demonitorIn(s)
	case signal.DownSignal:
		p.downIn(s)
	default:
		return fmt.Errorf("%w: signal of unknown kind %d", ErrProtocol, s.Kind)
	}
	return nil
}

func (p *Peer) linkIn(s *Signal, to pid.PID) error {
	p.mu.Lock()
	defer p.unlock()
	if p.isOverloaded() {
		return ErrOverload
	}
	between := pair{to.ID(), s.From.ID()}
	if p.links.linkIn(between) && !p.port.inlet.SetLink(to, s.From, true) {
		p.links.exit(between)
		p.refuseLocked(s, to)
	}
	return nil
}

// refuseLocked answers that the process is gone.
func (p *Peer) refuseLocked(s *Signal, to pid.PID) {
	if back, ok := signal.Answer(pid.Address{PID: to}, s.Envelope, signal.NoProc); ok {
		p.answerLocked(Signal{Envelope: back, To: pid.Address{PID: s.From}, Name: s.To.Name.Name})
	}
}

func (p *Peer) unlinkIn(s *Signal, to pid.PID) {
	p.mu.Lock()
	defer p.unlock()
	if p.links.unlinkIn(pair{to.ID(), s.From.ID()}) {
		p.port.inlet.SetLink(to, s.From, false)
	}
	ack := signal.Envelope{Kind: signal.UnlinkAck, From: to}
	p.answerLocked(Signal{Envelope: ack, To: pid.Address{PID: s.From}, Number: s.Number})
}

func (p *Peer) linkExitIn(s *Signal, to pid.PID) (consequences func()) {
	p.mu.Lock()
	defer p.unlock()
	between := pair{to.ID(), s.From.ID()}
	if !p.links.exit(between) {
		return nil
	}
	p.overflow.admit(between)
	return p.port.inlet.LinkExit(to, s.From, s.Reason)
}

// callIn begins to watch the process for the caller, and then gives it the request.
func (p *Peer) callIn(s *Signal, to pid.PID) error {
	ok, err := p.watchIn(s, to)
	if ok {
		p.deliver(s, to)
	}
	return err
}

// watchIn begins a monitor, or the monitor of a call, and reports whether its process is
// there; if not it has been answered. A call without one is just a message.
func (p *Peer) watchIn(s *Signal, to pid.PID) (ok bool, err error) {
	if s.Ref.IsZero() {
		return true, nil
	}
	p.mu.Lock()
	defer p.unlock()
	if _, taken := p.watched[s.Ref]; taken {
		return false, fmt.Errorf("%w: %v with a reference which is in use", ErrProtocol, s.Kind)
	}
	if p.isOverloaded() {
		return false, ErrOverload
	}
	monitor := signal.Envelope{Kind: signal.Monitor, From: s.From, Ref: s.Ref}
	if p.port.inlet.Deliver(to, monitor) != nil {
		p.refuseLocked(s, to)
		return false, nil
	}
	put(&p.watched, s.Ref, watch{to.ID(), s.From.ID(), s.To.Name.Name})
	return true, nil
}

func (p *Peer) demonitorIn(s *Signal) {
	p.mu.Lock()
	w, ok := remove(&p.watched, s.Ref)
	p.unlock()
	if ok { // not in one step: it may end a context of the program's
		_ = p.port.inlet.Deliver(p.local(w.local), signal.Envelope{Kind: signal.Demonitor, From: s.From, Ref: s.Ref})
	}
}

func (p *Peer) downIn(s *Signal) {
	p.mu.Lock()
	defer p.unlock()
	w, ok := remove(&p.watching, s.Ref)
	if !ok {
		return
	}
	p.overflow.admit(pair{w.local, s.From.ID()})
	_ = p.port.inlet.Deliver(p.local(w.local), s.Envelope)
}
